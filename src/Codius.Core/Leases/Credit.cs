using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
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
    private const int MinLength = 22;
    private const int MaxLength = 128;

    private CreditSecret(string value) => Value = value;

    public string Value { get; }

    public CreditId Id => new(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Value))));

    public static CreditSecret New() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)));

    /// <summary>Reads a secret that a client brings: 22 to 128 characters of the base64url alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? header, out CreditSecret secret)
    {
        secret = default;
        if (header is null || header.Length is < MinLength or > MaxLength
            || !header.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return false;
        secret = new CreditSecret(header);
        return true;
    }

    /// <summary>Not the secret: it must not reach a log by accident.</summary>
    public override string ToString() => "(credit secret)";
}

/// <summary>What is left of a credit.</summary>
public sealed record CreditBalance(CreditId Id, Asset Asset, long Amount);
