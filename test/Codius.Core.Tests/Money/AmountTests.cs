using Codius.Core.Ledger;
using Codius.Core.Money;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Money;

public sealed class AmountTests
{
    private static readonly Asset Xrp = new("XRP", 9);

    [Theory]
    [InlineData(0UL, 9, "0")]
    [InlineData(2283106UL, 9, "0.002283106")]
    [InlineData(1_000_000_000UL, 9, "1")]
    [InlineData(1_500_000_000UL, 9, "1.5")]
    [InlineData(42UL, 0, "42")]
    [InlineData(ulong.MaxValue, 19, "1.8446744073709551615")]
    [InlineData(1UL, 30, "0.000000000000000000000000000001")]
    public void An_amount_prints_in_whole_units(ulong minorUnits, byte scale, string expected) =>
        new Amount(minorUnits, new Asset("X", scale)).ToWholeUnits().ShouldBe(expected);

    [Fact]
    public void An_amount_names_its_asset() => new Amount(2283106, Xrp).ToString().ShouldBe("0.002283106 XRP");

    [Theory]
    [InlineData("0.002283106", 2283106UL)]
    [InlineData("1", 1_000_000_000UL)]
    [InlineData("1.", 1_000_000_000UL)]
    [InlineData(".5", 500_000_000UL)]
    [InlineData("1.50000000000000", 1_500_000_000UL)]
    [InlineData("18446744073.709551615", ulong.MaxValue)]
    public void An_amount_reads_in_whole_units(string text, ulong expected)
    {
        Amount.TryParse(text, Xrp, out var amount).ShouldBeTrue();
        amount.MinorUnits.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("1.2.3")]
    [InlineData("0.0000000001")]
    [InlineData("18446744073.709551616")]
    [InlineData("٣")]
    [InlineData("NaN")]
    public void What_is_no_amount_is_refused(string? text) => Amount.TryParse(text, Xrp, out _).ShouldBeFalse();

    [Fact]
    public void An_amount_survives_printing_and_reading() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<ulong, byte>((units, scale) =>
        {
            var asset = new Asset("X", (byte)(scale % 31));
            var text = new Amount(units, asset).ToWholeUnits();
            return Amount.TryParse(text, asset, out var read) && read.MinorUnits == units;
        }));
}
