using System.Numerics;
using Codius.Core.Money;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Money;

public sealed class RationalTests
{
    [Theory]
    [InlineData("0.52", "13/25")]
    [InlineData("5.2e-1", "13/25")]
    [InlineData("5.2E+1", "52")]
    [InlineData("1e-9", "1/1000000000")]
    [InlineData("13/25", "13/25")]
    [InlineData("26/50", "13/25")]
    [InlineData("007", "7")]
    [InlineData("0", "0")]
    [InlineData("0.000", "0")]
    public void A_number_is_read_exactly(string text, string expected)
    {
        Rational.TryParse(text, out var value).ShouldBeTrue();
        value.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    [InlineData("1e")]
    [InlineData("1e61")]
    [InlineData("1e-61")]
    [InlineData("1e99999999999")]
    [InlineData("1/0")]
    [InlineData("1/2/3")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0x10")]
    [InlineData("١")]
    public void What_is_no_number_is_refused(string text) => Rational.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_number_that_is_too_long_is_refused() =>
        Rational.TryParse(new string('1', 401), out _).ShouldBeFalse();

    [Fact]
    public void What_is_printed_is_read_again() => Prop.ForAll<int, int>((one, other) =>
    {
        var value = new Rational(BigInteger.Abs(one), BigInteger.Abs(other) + 1);
        return Rational.TryParse(value.ToString(), out var read) && read == value;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Dividing_undoes_multiplying_and_the_order_is_that_of_numbers() => Prop.ForAll<int, int>((one, other) =>
    {
        var a = new Rational(one, 7);
        var b = new Rational((BigInteger)Math.Abs((long)other) + 1, 11);
        var order = Math.Sign(((long)one * 11) - ((Math.Abs((long)other) + 1) * 7));
        return a * b / b == a && Math.Sign(a.CompareTo(b)) == order && a < b == order < 0 && a >= b == order >= 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_ceiling_is_the_least_whole_number_not_below() => Prop.ForAll<int, int>((one, other) =>
    {
        var value = new Rational(one, (BigInteger)Math.Abs((long)other) + 1);
        var ceiling = new Rational(value.Ceiling(), 1);
        return ceiling >= value && value.Ceiling() * value.Denominator - value.Numerator < value.Denominator;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decimals_are_taken_as_they_are()
    {
        Rational.FromDecimal(0.0000000000000000000000000001m).ToString().ShouldBe("1/1" + new string('0', 28));
        Rational.FromDecimal(-2.50m).ShouldBe(new Rational(-5, 2));
        Rational.FromDecimal(decimal.MaxValue).ToString().ShouldBe("79228162514264337593543950335");
        default(Rational).ShouldBe(new Rational(0, 3));
    }
}
