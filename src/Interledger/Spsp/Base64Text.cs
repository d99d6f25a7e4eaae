using System.Buffers.Text;

namespace Interledger.Spsp;

/// <summary>
/// Base64 with either alphabet, padded or not: RFC 0009 asks for the padded one, some wallets send the other.
/// </summary>
internal static class Base64Text
{
    /// <summary>Decodes a text of exactly so many bytes.</summary>
    public static bool TryDecode(string? text, Span<byte> bytes)
    {
        if (text is null || text.Length > Base64.GetMaxEncodedToUtf8Length(bytes.Length))
            return false;
        var urlSafe = text.Replace('+', '-').Replace('/', '_');
        return Base64Url.IsValid(urlSafe, out var length)
            && length == bytes.Length
            && Base64Url.TryDecodeFromChars(urlSafe, bytes, out var decoded)
            && decoded == bytes.Length;
    }
}
