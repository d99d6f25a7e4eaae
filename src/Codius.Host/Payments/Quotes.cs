using System.Globalization;
using System.Numerics;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Payments.Rates;
using Microsoft.Extensions.Options;

namespace Codius.Host.Payments;

/// <summary>
/// What time costs here and now. Whoever was told a price pays no more than that for
/// <see cref="HostOptions.QuoteValidity"/>, though the price or the rate has moved or nobody knows the rate any more.
/// </summary>
internal sealed class Quotes(
    ITill till, IRates rates, ToldPrices told, IOptions<HostOptions> options, TimeProvider time)
{
    /// <summary>Tells the price of now. From then on it holds, until the quote says.</summary>
    public async Task<Outcome<Quote>> TellAsync(
        MachineClass machine, PodDuration duration, CancellationToken cancellationToken)
    {
        if (till.Asset is not { } asset)
            return PaymentGate.NoUplink();
        if (!CostOf(machine, asset).Succeeded(out var cost, out var failure)
            || !Quote(cost, asset, duration).Succeeded(out var quote, out failure))
            return failure;
        await told.TellAsync(new ToldPrice(machine.Name, asset, cost, quote.ValidUntil), cancellationToken);
        return quote;
    }

    /// <summary>What is asked for: the price of now, or a lower one that was told and holds.</summary>
    public Outcome<Quote> PriceOf(MachineClass machine, PodDuration duration)
    {
        if (till.Asset is not { } asset)
            return PaymentGate.NoUplink();
        var lowest = told.Lowest(machine.Name, asset);
        if (CostOf(machine, asset).Succeeded(out var now, out var failure))
            return Quote(lowest is { } lower && lower < now ? lower : now, asset, duration);
        return lowest is { } held ? Quote(held, asset, duration) : failure;
    }

    /// <summary>
    /// A month of a class in whole units of the asset, rounded up to the asset's scale; null while nobody knows.
    /// </summary>
    public decimal? CostPerMonth(MachineClass machine)
    {
        if (rates.Currency is null)
            return machine.CostPerMonth;
        if (till.Asset is not { } asset || !CostOf(machine, asset).Succeeded(out var cost, out _))
            return null;
        var units = (cost * new Rational(BigInteger.Pow(10, asset.Scale), 1)).Ceiling();
        return units <= ulong.MaxValue
            && decimal.TryParse(
                new Amount((ulong)units, asset).ToWholeUnits(),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var whole)
            ? whole
            : null;
    }

    private Outcome<Rational> CostOf(MachineClass machine, Asset asset) =>
        rates.Find(asset).Succeeded(out var rate, out var failure)
            ? Rational.FromDecimal(machine.CostPerMonth) * rate
            : failure;

    private Outcome<Quote> Quote(Rational cost, Asset asset, PodDuration duration) =>
        Price.TryCalculate(cost, asset, duration, out var price) && price.MinorUnits <= long.MaxValue
            ? new Quote(
                (long)price.MinorUnits, asset, PerSecond(cost, asset), time.GetUtcNow() + options.Value.QuoteValidity)
            : Failure.Internal("the price of that cannot be expressed in this host's asset");

    // Cut off at the twelfth decimal place of a minor unit: for people; what is asked is the price.
    private static string PerSecond(Rational cost, Asset asset)
    {
        const int Places = 12;
        var scaled = cost.Numerator * BigInteger.Pow(10, asset.Scale + Places)
            / (cost.Denominator * Price.SecondsPerMonth);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(Places + 1, '0');
        var fraction = digits[^Places..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..^Places] : $"{digits[..^Places]}.{fraction}";
    }
}

/// <summary>
/// A price in minor units, what a second costs in them, and until when it holds for whoever is told it.
/// </summary>
internal sealed record Quote(long Price, Asset Asset, string CurrencyPerSecond, DateTimeOffset ValidUntil);
