using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Interledger.Connector.Settlement;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Settlement;

public sealed class SettlementQuantityTests
{
    [Theory]
    [InlineData("254", true)]
    [InlineData("0", true)]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", true)]
    [InlineData("", false)]
    [InlineData("-1", false)]
    [InlineData("1.5", false)]
    [InlineData("1e9", false)]
    [InlineData(" 1", false)]
    [InlineData("1157920892373161954235709850086879078532699846656405640394575840079131296399350", false)]
    public void An_amount_is_decimal_digits(string text, bool isOne) =>
        SettlementQuantity.TryRead(text, 9, out _).ShouldBe(isOne);

    [Fact]
    public void Nothing_is_lost_between_scales_whatever_they_are()
    {
        var parts = from amount in Gen.Choose(0, int.MaxValue)
                    from scale in Gen.Choose(0, 30)
                    select new SettlementQuantity(amount, (byte)scale);
        var cases = from all in parts.ListOf()
                    from scale in Gen.Choose(0, 30)
                    select (all, scale: (byte)scale);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (units, leftover) = (BigInteger.Zero, default(SettlementQuantity));
            foreach (var part in c.all)
            {
                (var whole, leftover) = part.Convert(leftover, c.scale);
                units += whole;
            }

            var told = c.all.Aggregate(BigInteger.Zero, (sum, part) => sum + Finest(part));
            return Finest(new SettlementQuantity(units, c.scale)) + Finest(leftover) == told
                && Finest(leftover) < BigInteger.Pow(10, 30 - c.scale);
        }).QuickCheckThrowOnFailure();
    }

    private static BigInteger Finest(SettlementQuantity quantity) =>
        quantity.Amount * BigInteger.Pow(10, 30 - quantity.Scale);
}
