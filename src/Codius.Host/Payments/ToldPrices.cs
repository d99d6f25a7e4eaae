using System.Collections.Concurrent;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;

namespace Codius.Host.Payments;

/// <summary>
/// What anybody was told that time costs, for as long as that holds, also in the host's next life. No quote is
/// remembered, only prices are: a lower one that somebody was told holds for everybody.
/// </summary>
internal sealed class ToldPrices(IHostStore store, TimeProvider time)
{
    // What is told again and again is not written down each time: each is written a little longer than it was told.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    // No quote holds for longer. One that seems to was told by a clock that has been set back since.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1) + Slack;

    private readonly ConcurrentDictionary<(string Machine, Asset? Asset, Rational Cost), DateTimeOffset> _until = new();

    /// <summary>Remembers what earlier lives of the host told.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var price in await store.LoadToldPricesAsync(cancellationToken))
            _until[(price.Machine, price.Asset, price.CostPerMonth)] = price.Until;
    }

    /// <summary>Notes a price that somebody is about to be told. When it has ended, the price holds.</summary>
    public async Task TellAsync(ToldPrice price, CancellationToken cancellationToken)
    {
        var key = (price.Machine, price.Asset, price.CostPerMonth);
        var now = time.GetUtcNow();
        if (_until.TryGetValue(key, out var until) && until >= price.Until && until <= now + Longest)
            return;
        var written = price with { Until = price.Until + Slack };
        await store.TellPriceAsync(written, now, cancellationToken);
        _until[key] = written.Until;
        foreach (var old in _until.Where(each => each.Value < now).ToList())
            _until.TryRemove(old);
    }

    /// <summary>The lowest that holds now; null when nobody was told any.</summary>
    public Rational? Lowest(string machine, Asset asset)
    {
        var now = time.GetUtcNow();
        Rational? lowest = null;
        foreach (var ((ofMachine, inAsset, cost), until) in _until)
        {
            if (ofMachine == machine && (inAsset is null || inAsset == asset) && until >= now && until <= now + Longest
                && (lowest is null || cost < lowest))
                lowest = cost;
        }

        return lowest;
    }
}
