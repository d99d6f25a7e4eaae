using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Interledger.Connector.Rates;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Rates;

public sealed class ExactRateTests
{
    [Fact]
    public void Conversion_is_exact_and_rounds_down()
    {
        var amount = ArbMap.Default.GeneratorFor<ulong>();
        var part = amount.Where(x => x > 0);
        var cases = from a in Gen.OneOf(amount, Gen.Constant(ulong.MaxValue))
                    from n in Gen.OneOf(part, Gen.Constant(ulong.MaxValue))
                    from d in Gen.OneOf(part, Gen.Constant(ulong.MaxValue))
                    select (a, n, d);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var exact = new BigInteger(c.a) * c.n / c.d;
            var fits = new ExactRate(c.n, c.d).TryConvert(c.a, out var converted);
            return fits == (exact <= ulong.MaxValue) && (!fits || converted == exact);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("XRP", 9, "XRP", 9, 7ul, 7ul)]
    [InlineData("XRP", 6, "XRP", 9, 7ul, 7000ul)]
    [InlineData("XRP", 9, "XRP", 6, 7999ul, 7ul)]
    [InlineData("XRP", 0, "XRP", 19, 1ul, 10_000_000_000_000_000_000ul)]
    public void The_same_asset_goes_one_for_one_at_any_scale(
        string fromCode, byte fromScale, string toCode, byte toScale, ulong amount, ulong expected)
    {
        new SameAssetRates().TryGetRate(new(fromCode, fromScale), new(toCode, toScale), out var rate).ShouldBeTrue();
        rate.Value.TryConvert(amount, out var converted).ShouldBeTrue();
        converted.ShouldBe(expected);
    }

    [Theory]
    [InlineData("XRP", 9, "EUR", 9)]
    public void Without_a_rate_there_is_no_conversion(string fromCode, byte fromScale, string toCode, byte toScale) =>
        new SameAssetRates().TryGetRate(new(fromCode, fromScale), new(toCode, toScale), out _).ShouldBeFalse();

    [Theory]
    [InlineData(0, 20, 1, false, 0)]
    [InlineData(0, 20, 0, true, 0)]
    [InlineData(255, 0, ulong.MaxValue, true, 0)]
    [InlineData(20, 0, ulong.MaxValue, true, 0)]
    public void Scales_far_apart_are_exact_too(byte from, byte to, ulong amount, bool fits, ulong expected)
    {
        new SameAssetRates().TryGetRate(new("XRP", from), new("XRP", to), out var rate).ShouldBeTrue();
        rate.Value.TryConvert(amount, out var converted).ShouldBe(fits);
        converted.ShouldBe(expected);
    }

    [Fact]
    public void A_decimal_number_is_taken_exactly()
    {
        ExactRate.Of(0.1m).ShouldBe(new ExactRate(1, 10));
        ExactRate.Of(79228162514264337593543950335m).Denominator.ShouldBe(BigInteger.One);
        ExactRate.Of(0.0000000000000000000000000001m).Denominator.ShouldBe(BigInteger.Pow(10, 28));
        Should.Throw<ArgumentOutOfRangeException>(() => ExactRate.Of(-1m));
    }
}
