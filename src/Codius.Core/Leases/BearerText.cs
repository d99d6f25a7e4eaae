using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Codius.Core.Leases;

/// <summary>The text of bearer secrets, made here or brought by a client: 22 to 128 characters of base64url.</summary>
internal static class BearerText
{
    private const int MinLength = 22;
    private const int MaxLength = 128;
    private const int RandomBytes = 24;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: >= MinLength and <= MaxLength }
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>What a host keeps instead: its SHA-256 in hexadecimal digits.</summary>
    public static string HashOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
