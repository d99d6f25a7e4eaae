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
    public async Task<Outcome<Quote>> PriceOfAsync(PodDuration duration, CancellationToken cancellationToken)
    {
        if (till.Asset is not { } asset)
            return PaymentGate.NoUplink();
        var now = time.GetUtcNow();
        var costPerMonth = await store.NotePriceAsync(
            options.Value.CostPerMonth, now, now - options.Value.QuoteValidity, cancellationToken);
        return Price.TryCalculate(costPerMonth, asset, duration, out var price) && price.MinorUnits <= long.MaxValue
            ? new Quote((long)price.MinorUnits, asset, PerSecond(costPerMonth, asset))
            : Failure.Internal("the price of that cannot be expressed in this host's asset");
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
}

/// <summary>A price in minor units, and what a second costs in them.</summary>
internal sealed record Quote(long Price, Asset Asset, string CurrencyPerSecond);
