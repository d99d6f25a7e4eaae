using System.Diagnostics.CodeAnalysis;

namespace Codius.Core.Leases;

/// <summary>A capability as the store knows it: the SHA-256 of its secret, in hexadecimal digits.</summary>
public readonly record struct CapabilityId(string Hex)
{
    public override string ToString() => Hex;
}

/// <summary>
/// The bearer secret that a payer has of a pod, as it stands in the <c>Pod-Capability</c> header of what he buys, and
/// in <c>Authorization: Bearer</c> of what he asks for later. That of whoever started the pod gives its logs and the
/// right to stop it; everybody's gives the right to his own unused time. The host keeps only its hash.
/// </summary>
public readonly record struct CapabilitySecret
{
    private CapabilitySecret(string value) => Value = value;

    public string Value { get; }

    public CapabilityId Id => new(BearerText.HashOf(Value));

    public static CapabilitySecret New() => new(BearerText.New());

    /// <summary>Reads a secret that a client brings: 22 to 128 characters of the base64url alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CapabilitySecret secret)
    {
        var isValid = BearerText.IsValid(text);
        secret = isValid ? new CapabilitySecret(text!) : default;
        return isValid;
    }

    /// <summary>Not the secret: it must not reach a log by accident.</summary>
    public override string ToString() => "(capability secret)";
}
