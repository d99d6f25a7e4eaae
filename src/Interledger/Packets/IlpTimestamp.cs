using System.Globalization;

namespace Interledger.Packets;

/// <summary>The time of a packet's expiry: 17 ASCII digits, <c>yyyyMMddHHmmssfff</c>, UTC (RFC 0027).</summary>
internal static class IlpTimestamp
{
    public const int Length = 17;

    public static bool TryRead(ReadOnlySpan<byte> ascii, out DateTimeOffset time)
    {
        time = default;
        if (ascii.Length != Length || ascii.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        var year = Number(ascii[..4]);
        var month = Number(ascii[4..6]);
        var day = Number(ascii[6..8]);
        var hour = Number(ascii[8..10]);
        var minute = Number(ascii[10..12]);
        var second = Number(ascii[12..14]);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
            return false;
        time = new DateTimeOffset(year, month, day, hour, minute, second, Number(ascii[14..]), TimeSpan.Zero);
        return true;
    }

    public static void Write(Span<byte> destination, DateTimeOffset time) =>
        time.UtcDateTime.TryFormat(destination, out _, "yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
            value = (value * 10) + (digit - '0');
        return value;
    }
}
