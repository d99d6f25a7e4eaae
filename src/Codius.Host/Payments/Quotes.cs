using System.Globalization;
using System.Numerics;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;
using Codius.Host.Configuration;
using Microsoft.Extensions.Options;

namespace Codius.Host.Payments;

/// <summary>
/// What time costs here and now. A price that went up less than <see cref="HostOptions.QuoteValidity"/> ago still
/// counts: whoever was quoted the lower one pays it. No quote is remembered for that, only prices are.
/// </summary>
internal sealed class Quotes(ITill till, IHostStore store, IOptions<HostOptions> options, TimeProvider time)
{
    // Every request asks twice, and no price changes as fast as that.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    private NotedCost? _noted;

    public async Task<Outcome<Quote>> PriceOfAsync(PodDuration duration, CancellationToken cancellationToken)
    {
        if (till.Asset is not { } asset)
            return PaymentGate.NoUplink();
        var costPerMonth = await CostPerMonthAsync(cancellationToken);
        return Price.TryCalculate(costPerMonth, asset, duration, out var price) && price.MinorUnits <= long.MaxValue
            ? new Quote((long)price.MinorUnits, asset, PerSecond(costPerMonth, asset))
            : Failure.Internal("the price of that cannot be expressed in this host's asset");
    }

    private async Task<decimal> CostPerMonthAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (Volatile.Read(ref _noted) is { } noted && now >= noted.At && now - noted.At < Remembered)
            return noted.CostPerMonth;
        var costPerMonth = await store.NotePriceAsync(
            options.Value.CostPerMonth, now, now - options.Value.QuoteValidity, cancellationToken);
        Volatile.Write(ref _noted, new NotedCost(costPerMonth, now));
        return costPerMonth;
    }

    // Cut off at the twelfth decimal place of a minor unit: for people; what is asked is the price.
    private static string PerSecond(decimal costPerMonth, Asset asset)
    {
        const int Places = 12;
        var scaled = new BigInteger(costPerMonth * 1_000_000_000m) * BigInteger.Pow(10, asset.Scale + Places)
            / ((BigInteger)1_000_000_000 * Price.SecondsPerMonth);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(Places + 1, '0');
        var fraction = digits[^Places..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..^Places] : $"{digits[..^Places]}.{fraction}";
    }

    private sealed record NotedCost(decimal CostPerMonth, DateTimeOffset At);
}

/// <summary>A price in minor units, and what a second costs in them.</summary>
internal sealed record Quote(long Price, Asset Asset, string CurrencyPerSecond);
