using System.Diagnostics.CodeAnalysis;

namespace Interledger.Connector.Rates;

/// <summary>
/// One for one between accounts of the same asset, whatever their scales; nothing between different ones.
/// </summary>
public sealed class SameAssetRates : IExchangeRates
{
    // The largest power of ten in 64 bits.
    private const int MostScaleDifference = 19;

    /// <inheritdoc/>
    public bool TryGetRate(AssetDetails from, AssetDetails to, [NotNullWhen(true)] out ExactRate? rate)
    {
        rate = null;
        var difference = to.Scale - from.Scale;
        if (from.Code != to.Code || Math.Abs(difference) > MostScaleDifference)
            return false;
        var factor = PowerOfTen(Math.Abs(difference));
        rate = difference >= 0 ? new ExactRate(factor, 1) : new ExactRate(1, factor);
        return true;
    }

    private static ulong PowerOfTen(int exponent)
    {
        ulong power = 1;
        for (; exponent > 0; exponent--)
            power *= 10;
        return power;
    }
}
