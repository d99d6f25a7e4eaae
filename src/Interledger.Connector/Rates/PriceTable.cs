using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Interledger.Connector.Rates;

/// <summary>
/// Rates from the prices of assets in a common unit, less a spread that the connector keeps. Prices come from outside:
/// whatever fetches them calls <see cref="Set"/>, and when it no longer does, the rates end after
/// <see cref="MaxAge"/>, since an old price is an invitation to buy from the connector below the market.
/// <para>
/// Between accounts of one asset it is one for one without spread, whatever the scales, and never ends.
/// </para>
/// </summary>
/// <param name="spread">What the connector keeps of an exchange, such as 0.005 for half a percent.</param>
/// <param name="time">The clock, or the system's.</param>
public sealed class PriceTable(decimal spread = 0, TimeProvider? time = null) : IExchangeRates
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ExactRate _kept = spread is >= 0 and < 1
        ? ExactRate.Of(1 - spread)
        : throw new ArgumentOutOfRangeException(nameof(spread), "A spread is at least 0 and less than 1.");

    private readonly SameAssetRates _sameAsset = new();
    private volatile Prices? _prices;

    /// <summary>How long prices are good for.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Replaces all prices: for each asset's code, what one of its units (not minor units) is worth.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A price is zero or negative.</exception>
    public void Set(IReadOnlyDictionary<string, decimal> prices) => _prices = new Prices(
        prices.ToDictionary(price => price.Key, price => ExactRate.Of(price.Value)),
        _time.GetUtcNow() + MaxAge);

    /// <inheritdoc/>
    public bool TryGetRate(AssetDetails from, AssetDetails to, [NotNullWhen(true)] out ExactRate? rate)
    {
        if (from.Code == to.Code)
            return _sameAsset.TryGetRate(from, to, out rate);
        rate = null;
        if (_prices is not { } prices || prices.GoodUntil < _time.GetUtcNow())
            return false;
        if (prices.Rates.TryGetValue((from, to), out var known))
        {
            rate = known;
            return true;
        }

        if (!prices.Of.TryGetValue(from.Code, out var fromPrice) || !prices.Of.TryGetValue(to.Code, out var toPrice))
            return false;
        rate = prices.Rates[(from, to)] = fromPrice.Times(toPrice.Inverse()).Times(_kept)
            .Times(ExactRate.PowerOfTen(to.Scale - from.Scale));
        return true;
    }

    private sealed record Prices(Dictionary<string, ExactRate> Of, DateTimeOffset GoodUntil)
    {
        public ConcurrentDictionary<(AssetDetails From, AssetDetails To), ExactRate> Rates { get; } = new();
    }
}
