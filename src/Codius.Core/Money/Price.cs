using System.Numerics;
using Codius.Core.Leases;
using Codius.Core.Ledger;

namespace Codius.Core.Money;

/// <summary>What time costs. Exact: the same on every machine, and never a unit too little for the host.</summary>
public static class Price
{
    /// <summary>The month that prices are quoted by: 365 days divided by twelve.</summary>
    public const int SecondsPerMonth = 2_628_000;

    /// <summary>
    /// <paramref name="costPerMonth"/> (in whole units) for <paramref name="duration"/>, rounded up, once, to the next
    /// smallest unit. Fails when the price is negative or above 2^64 − 1 units.
    /// </summary>
    public static bool TryCalculate(Rational costPerMonth, Asset asset, PodDuration duration, out Amount price)
    {
        price = default;
        if (costPerMonth.Numerator.Sign < 0)
            return false;
        var numerator = costPerMonth.Numerator * BigInteger.Pow(10, asset.Scale) * duration.Seconds;
        var units = CeilingDivide(numerator, costPerMonth.Denominator * SecondsPerMonth);
        if (units > ulong.MaxValue)
            return false;
        price = new Amount((ulong)units, asset);
        return true;
    }

    /// <summary>What a month costs at this price for this duration, in the smallest units and rounded up.</summary>
    public static BigInteger PerMonth(Amount price, PodDuration duration) =>
        CeilingDivide((BigInteger)price.MinorUnits * SecondsPerMonth, duration.Seconds);

    private static BigInteger CeilingDivide(BigInteger dividend, BigInteger divisor) =>
        (dividend + divisor - BigInteger.One) / divisor;
}
