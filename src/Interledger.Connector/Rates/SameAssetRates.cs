using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Interledger.Connector.Rates;

/// <summary>
/// One for one between accounts of the same asset, whatever their scales; nothing between different ones.
/// </summary>
public sealed class SameAssetRates : IExchangeRates
{
    private readonly ConcurrentDictionary<int, ExactRate> _byDifference = new();

    /// <inheritdoc/>
    public bool TryGetRate(AssetDetails from, AssetDetails to, [NotNullWhen(true)] out ExactRate? rate)
    {
        rate = from.Code == to.Code
            ? _byDifference.GetOrAdd(to.Scale - from.Scale, static difference => ExactRate.PowerOfTen(difference))
            : null;
        return rate is not null;
    }
}
