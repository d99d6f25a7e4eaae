using FsCheck;
using FsCheck.Fluent;
using Interledger.Connector.Rates;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Rates;

public sealed class PriceTableTests
{
    private static readonly AssetDetails Xrp = new("XRP", 9);
    private static readonly AssetDetails Usd = new("USD", 2);
    private static readonly Dictionary<string, decimal> Prices = new() { ["XRP"] = 0.5123m, ["USD"] = 1m };

    private readonly ManualTime _time = new();

    [Fact]
    public void The_rate_is_the_ratio_of_prices_less_the_spread_in_minor_units()
    {
        var table = Table(0.01m);
        Convert(table, Xrp, Usd, 100_000_000_000).ShouldBe(5071ul); // 100 XRP, 51.23 USD, 50.7177 after the spread
        Convert(table, Usd, Xrp, 5123).ShouldBe(99_000_000_000ul);
    }

    [Fact]
    public void One_asset_goes_one_for_one_without_spread_or_price()
    {
        var table = new PriceTable(0.01m, _time);
        Convert(table, Xrp, Xrp with { Scale = 6 }, 5_000_999).ShouldBe(5000ul);
    }

    [Fact]
    public void Prices_that_nobody_renews_end()
    {
        var table = Table(0);
        table.TryGetRate(Xrp, Usd, out _).ShouldBeTrue();
        _time.Advance(table.MaxAge + TimeSpan.FromSeconds(1));
        table.TryGetRate(Xrp, Usd, out _).ShouldBeFalse();
        table.Set(Prices);
        table.TryGetRate(Xrp, Usd, out _).ShouldBeTrue();
    }

    [Fact]
    public void An_asset_without_a_price_has_no_rate() =>
        Table(0).TryGetRate(Xrp, new AssetDetails("EUR", 2), out _).ShouldBeFalse();

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    public void A_spread_that_gives_money_away_or_keeps_all_is_refused(double spread) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new PriceTable((decimal)spread));

    [Fact]
    public void Nobody_gains_by_exchanging_there_and_back()
    {
        var cases = from price in Gen.Choose(1, 1_000_000)
                    from spread in Gen.Choose(0, 999)
                    from scale in Gen.Choose(0, 18)
                    from amount in Gen.Choose(0, int.MaxValue)
                    select (price, spread, scale, amount);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var table = new PriceTable(c.spread / 1000m, _time);
            table.Set(new Dictionary<string, decimal> { ["XRP"] = c.price / 1000m, ["ABC"] = 1 });
            var abc = new AssetDetails("ABC", (byte)c.scale);
            table.TryGetRate(Xrp, abc, out var there);
            table.TryGetRate(abc, Xrp, out var back);
            return !there!.Value.TryConvert((ulong)c.amount, out var exchanged)
                || !back!.Value.TryConvert(exchanged, out var returned)
                || returned <= (ulong)c.amount;
        }).QuickCheckThrowOnFailure();
    }

    private static ulong Convert(PriceTable table, AssetDetails from, AssetDetails to, ulong amount)
    {
        table.TryGetRate(from, to, out var rate).ShouldBeTrue();
        rate.Value.TryConvert(amount, out var converted).ShouldBeTrue();
        return converted;
    }

    private PriceTable Table(decimal spread)
    {
        var table = new PriceTable(spread, _time);
        table.Set(Prices);
        return table;
    }
}
