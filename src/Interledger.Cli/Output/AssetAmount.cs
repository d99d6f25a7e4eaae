using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Interledger.Stream;

namespace Interledger.Cli.Output;

/// <summary>A sum in the smallest units of its asset. Prints in whole units: <c>0.002283106 XRP</c>.</summary>
public readonly record struct AssetAmount(ulong MinorUnits, AssetDetails Asset)
{
    private const int RateDigits = 9;
    private const int LongestNumber = 300;

    /// <summary>The sum in whole units, with no more decimal places than it needs.</summary>
    public string ToWholeUnits() => Decimal(MinorUnits, Asset.Scale);

    /// <summary>
    /// Reads a sum in whole units, such as <c>0.0023</c>. Fails when it is not one, is too large, or has more decimal
    /// places than the asset.
    /// </summary>
    public static bool TryParse(string text, AssetDetails asset, out AssetAmount amount)
    {
        amount = default;
        if (!IsNumber(text))
            return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..].TrimEnd('0');
        if (fraction.Length > asset.Scale)
            return false;
        var digits = (dot < 0 ? text : text[..dot]) + fraction.PadRight(asset.Scale, '0');
        if (!BigInteger.TryParse("0" + digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minorUnits)
            || minorUnits > ulong.MaxValue)
            return false;
        amount = new AssetAmount((ulong)minorUnits, asset);
        return true;
    }

    /// <summary>Whether it is a number such as 12 or 0.5, of any asset.</summary>
    public static bool IsNumber(string text) =>
        text.Length <= LongestNumber && text.All(static c => char.IsAsciiDigit(c) || c == '.')
        && text.Any(char.IsAsciiDigit) && text.Count(static c => c == '.') <= 1;

    /// <summary>How many whole units arrive of one that is sent, rounded down to nine digits after the point.</summary>
    public static string Rate(ExchangeRate rate, AssetDetails from, AssetDetails to) => Decimal(
        rate.Delivered * BigInteger.Pow(10, from.Scale + RateDigits) / (rate.Sent * BigInteger.Pow(10, to.Scale)),
        RateDigits);

    public JsonObject ToJson() => new()
    {
        ["amount"] = MinorUnits.ToString(CultureInfo.InvariantCulture),
        ["assetCode"] = Asset.Code,
        ["assetScale"] = (int)Asset.Scale,
        ["text"] = ToString(),
    };

    public override string ToString() => $"{ToWholeUnits()} {PlainText.OneLine(Asset.Code)}";

    private static string Decimal(BigInteger units, int scale)
    {
        var digits = units.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var fraction = digits[^scale..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..^scale] : $"{digits[..^scale]}.{fraction}";
    }
}
