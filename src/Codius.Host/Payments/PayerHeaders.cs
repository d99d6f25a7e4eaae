using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>The headers by which a payer names his operation and brings his secrets.</summary>
internal static class PayerHeaders
{
    public const string Token = "Pay-Token";
    public const string Credit = "Pay-Credit";
    public const string Capability = "Pod-Capability";

    public static Outcome<PayToken> ReadToken(HttpRequest request)
    {
        var header = request.Headers[Token].ToString();
        if (header.Length == 0)
            return Failure.InvalidRequest("must supply `Pay-Token` header.");
        return PayToken.TryParse(header, out var token)
            ? token
            : Failure.InvalidRequest("`Pay-Token` must be 16 bytes base64.");
    }

    public static Outcome<PayerSecrets> ReadSecrets(HttpRequest request)
    {
        CreditSecret? credit = null;
        CapabilitySecret? capability = null;
        if (request.Headers[Credit].ToString() is { Length: > 0 } brought)
        {
            if (!CreditSecret.TryParse(brought, out var secret))
                return NoSecret(Credit);
            credit = secret;
        }

        if (request.Headers[Capability].ToString() is { Length: > 0 } right)
        {
            if (!CapabilitySecret.TryParse(right, out var secret))
                return NoSecret(Capability);
            capability = secret;
        }

        return new PayerSecrets(credit, capability);
    }

    private static Failure NoSecret(string header) =>
        Failure.InvalidRequest($"`{header}` must be 22 to 128 characters of base64url.");
}

/// <summary>Those that a client brought, or those that were made for one that did not.</summary>
internal sealed record PayerSecrets(CreditSecret? Credit, CapabilitySecret? Capability)
{
    public static PayerSecrets None { get; } = new(null, null);

    public PayerSecrets MakeMissing() => new(
        Credit is null ? CreditSecret.New() : null, Capability is null ? CapabilitySecret.New() : null);
}
