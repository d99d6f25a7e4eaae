using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Money;

public sealed class PriceTests
{
    private static readonly Asset Xrp = new("XRP", 9);

    [Theory]
    [InlineData("10", 9, "600", 2283106UL)]
    [InlineData("10", 9, "3600", 13698631UL)]
    [InlineData("10", 9, "1", 3806UL)]
    [InlineData("2.628", 6, "1", 1UL)]
    [InlineData("2.628", 6, "2592000", 2592000UL)]
    [InlineData("2.6280000000000000000000001", 6, "1", 2UL)]
    [InlineData("0", 9, "3600", 0UL)]
    [InlineData("0.0000000000000000000000000001", 0, "1", 1UL)]
    [InlineData("1000000", 0, "2628", 1000UL)]
    public void A_price_is_exact_and_rounded_up(string costPerMonth, byte scale, string seconds, ulong expected)
    {
        PodDuration.TryParse(seconds, out var duration, out _).ShouldBeTrue();
        Price.TryCalculate(decimal.Parse(costPerMonth), new Asset("X", scale), duration, out var price)
            .ShouldBeTrue();
        price.MinorUnits.ShouldBe(expected);
    }

    [Fact]
    public void A_price_that_does_not_fit_is_refused()
    {
        Price.TryCalculate(decimal.MaxValue, Xrp, PodDuration.Default, out _).ShouldBeFalse();
        Price.TryCalculate(1, new Asset("X", 255), PodDuration.Default, out _).ShouldBeFalse();
        Price.TryCalculate(-1, Xrp, PodDuration.Default, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_price_is_never_below_nor_a_unit_above_the_exact_one() =>
        Prop.ForAll(
            Arb.From(Gen.Two(Gen.Choose(0, int.MaxValue))),
            pair =>
            {
                var cost = pair.Item1 / 1000m;
                PodDuration.TryFromSeconds((pair.Item2 % PodDuration.MaxSeconds) + 1, out var duration);
                Price.TryCalculate(cost, Xrp, duration, out var price);
                var exact = cost * 1_000_000_000m * duration.Seconds;
                var rounded = (decimal)price.MinorUnits * Price.SecondsPerMonth;
                return rounded >= exact && rounded - exact < Price.SecondsPerMonth;
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("10", "0.52", "3600", 26343520UL)]
    [InlineData("10", "0.3333333333333333", "3600", 41095891UL)]
    [InlineData("1", "3", "1", 127UL)]
    public void A_price_in_another_currency_is_rounded_up_once(
        string costPerMonth, string rate, string seconds, ulong expected)
    {
        PodDuration.TryParse(seconds, out var duration, out _).ShouldBeTrue();
        Rational.TryParse(rate, out var perUnit).ShouldBeTrue();
        var cost = Rational.FromDecimal(decimal.Parse(costPerMonth)) / perUnit;
        Price.TryCalculate(cost, Xrp, duration, out var price).ShouldBeTrue();
        price.MinorUnits.ShouldBe(expected);
    }

    [Fact]
    public void A_price_is_told_by_the_month()
    {
        PodDuration.TryParse("600", out var duration, out _).ShouldBeTrue();
        Price.PerMonth(new Amount(2283106, Xrp), duration).ShouldBe(10_000_004_280);
    }
}
