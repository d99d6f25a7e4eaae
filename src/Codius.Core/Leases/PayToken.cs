using System.Diagnostics.CodeAnalysis;

namespace Codius.Core.Leases;

/// <summary>
/// The 16 bytes by which a payer names one operation. Connectors on the route can read them, so that no right hangs on
/// them: they say which request a payment is for, and nothing else.
/// </summary>
public readonly record struct PayToken
{
    private const int ByteLength = 16;

    private PayToken(string hex) => Hex = hex;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>Reads the header: base64 in either alphabet, padded or not.</summary>
    public static bool TryParse([NotNullWhen(true)] string? header, out PayToken token)
    {
        token = default;
        if (header is null || header.Length > 32)
            return false;
        var standard = header.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        Span<byte> bytes = stackalloc byte[24];
        if (!Convert.TryFromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='), bytes, out var length)
            || length != ByteLength)
            return false;
        token = new PayToken(Convert.ToHexStringLower(bytes[..length]));
        return true;
    }

    /// <summary>Reads what <see cref="Hex"/> wrote.</summary>
    public static bool TryFromHex(string text, out PayToken token)
    {
        var isToken = text.Length == 2 * ByteLength && text.All(char.IsAsciiHexDigitLower);
        token = isToken ? new PayToken(text) : default;
        return isToken;
    }

    public override string ToString() => Hex;
}
