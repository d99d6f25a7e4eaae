using System.Globalization;
using System.Numerics;
using Codius.Core.Ledger;

namespace Codius.Core.Money;

/// <summary>A sum in the smallest units of its asset. Prints in whole units: <c>0.002283106 XRP</c>.</summary>
public readonly record struct Amount(ulong MinorUnits, Asset Asset)
{
    /// <summary>The sum in whole units, with no more decimal places than it needs.</summary>
    public string ToWholeUnits()
    {
        var digits = MinorUnits.ToString(CultureInfo.InvariantCulture).PadLeft(Asset.Scale + 1, '0');
        var whole = digits[..^Asset.Scale];
        var fraction = digits[^Asset.Scale..].TrimEnd('0');
        return fraction.Length == 0 ? whole : $"{whole}.{fraction}";
    }

    /// <summary>
    /// Reads a sum in whole units, such as <c>0.0023</c>. Fails when it is not one, is negative, too large, or has more
    /// decimal places than the asset.
    /// </summary>
    public static bool TryParse(string? text, Asset asset, out Amount amount)
    {
        amount = default;
        if (text is null || text.Length > 64 || !text.All(c => char.IsAsciiDigit(c) || c == '.')
            || !text.Any(char.IsAsciiDigit) || text.Count(c => c == '.') > 1)
            return false;
        var dot = text.IndexOf('.');
        var fraction = dot < 0 ? "" : text[(dot + 1)..].TrimEnd('0');
        if (fraction.Length > asset.Scale)
            return false;
        var digits = (dot < 0 ? text : text[..dot]) + fraction.PadRight(asset.Scale, '0');
        if (!BigInteger.TryParse("0" + digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minorUnits)
            || minorUnits > ulong.MaxValue)
            return false;
        amount = new Amount((ulong)minorUnits, asset);
        return true;
    }

    public override string ToString() => $"{ToWholeUnits()} {Asset.Code}";
}
