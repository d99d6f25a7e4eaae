using System.Security.Cryptography;
using System.Text;

namespace Codius.Core.Manifests;

/// <summary>
/// A value that is not part of the manifest. The nonce keeps others from guessing it by its hash. Prints as nothing,
/// so that it cannot get into a log by accident.
/// </summary>
public sealed record PrivateValue(string Nonce, string Value)
{
    /// <summary>What the manifest has instead: the SHA-256 of the canonical JSON of this, in hexadecimal.</summary>
    public string ToPublicHash() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToCanonicalJson())));

    public override string ToString() => "(private)";

    internal string ToCanonicalJson()
    {
        var text = new StringBuilder("{\"nonce\":");
        CanonicalJson.AppendText(text, Nonce);
        CanonicalJson.AppendText(text.Append(",\"value\":"), Value);
        return text.Append('}').ToString();
    }
}
