using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using SimpleBase;

namespace Codius.Core.Manifests;

/// <summary>
/// The name of a pod: SHA-256 of the manifest's canonical JSON in lower-case base32 without padding (RFC 4648). Its 52
/// characters fit a DNS label, which is how a pod gets its host name.
/// </summary>
public readonly record struct ManifestHash
{
    public const int Length = 52;

    private readonly string? _value;

    private ManifestHash(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("This manifest hash was never set.");

    public static ManifestHash OfCanonicalJson(ReadOnlySpan<byte> canonicalJson)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonicalJson, digest);
        return new ManifestHash(Base32.Rfc4648.Encode(digest, padding: false).ToLowerInvariant());
    }

    /// <summary>Reads a hash in any letter case, since host names have none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ManifestHash hash)
    {
        hash = default;
        if (text is not { Length: Length })
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetter(c) && c is not (>= '2' and <= '7'))
                return false;
        }

        hash = new ManifestHash(text.ToLowerInvariant());
        return true;
    }

    public override string ToString() => _value ?? "(none)";
}
