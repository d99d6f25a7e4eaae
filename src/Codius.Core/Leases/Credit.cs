using System.Diagnostics.CodeAnalysis;
using Codius.Core.Ledger;

namespace Codius.Core.Leases;

/// <summary>A credit as the store knows it: the SHA-256 of its secret, in hexadecimal digits.</summary>
public readonly record struct CreditId(string Hex)
{
    public override string ToString() => Hex;
}

/// <summary>
/// The bearer secret of a credit, as it stands in the <c>Pay-Credit</c> header: whoever knows it may spend it. The host
/// keeps only its hash.
/// </summary>
public readonly record struct CreditSecret
{
    private CreditSecret(string value) => Value = value;

    public string Value { get; }

    public CreditId Id => new(BearerText.HashOf(Value));

    public static CreditSecret New() => new(BearerText.New());

    /// <summary>Reads a secret that a client brings: 22 to 128 characters of the base64url alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? header, out CreditSecret secret)
    {
        var isValid = BearerText.IsValid(header);
        secret = isValid ? new CreditSecret(header!) : default;
        return isValid;
    }

    /// <summary>Not the secret: it must not reach a log by accident.</summary>
    public override string ToString() => "(credit secret)";
}

/// <summary>What is left of a credit.</summary>
public sealed record CreditBalance(CreditId Id, Asset Asset, long Amount);
