namespace Codius.Host.Payments.Rates;

/// <summary>Puts the codes of asset and currency where a setting wants them.</summary>
internal static class RateRequest
{
    public static string Fill(string text, string asset, string currency) => text
        .Replace("{asset}", asset.ToLowerInvariant(), StringComparison.Ordinal)
        .Replace("{ASSET}", asset.ToUpperInvariant(), StringComparison.Ordinal)
        .Replace("{currency}", currency.ToLowerInvariant(), StringComparison.Ordinal)
        .Replace("{CURRENCY}", currency.ToUpperInvariant(), StringComparison.Ordinal);
}
