using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Interledger.Cli.Decoding;

/// <summary>Bytes as people copy them: hexadecimal, or base64 with either alphabet, padded or not.</summary>
internal static class BytesText
{
    /// <summary>Reads the bytes; spaces and line ends between the characters do not matter.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        var compact = string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
        bytes = compact.Length == 0 ? null : FromHex(compact) ?? FromBase64(compact);
        return bytes is not null;
    }

    private static byte[]? FromHex(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length > 0 && digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : null;
    }

    private static byte[]? FromBase64(string text)
    {
        var urlSafe = text.Replace('+', '-').Replace('/', '_');
        return Base64Url.IsValid(urlSafe) ? Base64Url.DecodeFromChars(urlSafe) : null;
    }
}
