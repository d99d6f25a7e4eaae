using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Money;
using Codius.Testing.Leases;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task There_is_no_heartbeat_before_the_first()
    {
        (await Store.ReadHeartbeatAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task The_last_heartbeat_is_found_after_reopening()
    {
        await Store.WriteHeartbeatAsync(Noon, CancellationToken.None);
        await Store.WriteHeartbeatAsync(Noon.AddSeconds(5), CancellationToken.None);
        await ReopenAsync();

        (await Store.ReadHeartbeatAsync(CancellationToken.None)).ShouldBe(Noon.AddSeconds(5));
    }

    [Fact]
    public async Task What_was_told_to_cost_is_known_in_the_next_life_to_its_last_digit()
    {
        var third = new ToldPrice("small", Xrp, new Rational(1, 3), Noon.AddMinutes(10));
        var most = new ToldPrice("large", new Asset("USD", 2), decimal.MaxValue, Noon.AddMinutes(20));
        await TellAsync(third, Noon);
        await TellAsync(most, Noon);
        await ReopenAsync();

        (await Store.LoadToldPricesAsync(CancellationToken.None)).ShouldBe([third, most], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_a_price_that_is_told_again_the_later_end_counts()
    {
        var price = new ToldPrice("small", Xrp, 10m, Noon.AddMinutes(10));
        await TellAsync(price, Noon);
        await TellAsync(price with { Until = Noon.AddMinutes(15) }, Noon.AddMinutes(5));
        await TellAsync(price with { Until = Noon.AddMinutes(12) }, Noon.AddMinutes(6));

        (await Store.LoadToldPricesAsync(CancellationToken.None)).ShouldHaveSingleItem()
            .Until.ShouldBe(Noon.AddMinutes(15));
    }

    [Fact]
    public async Task A_price_that_holds_no_more_is_forgotten()
    {
        var old = new ToldPrice("small", Xrp, 10m, Noon.AddMinutes(10));
        var other = new ToldPrice("small", Xrp, 11m, Noon.AddMinutes(20));
        await TellAsync(old, Noon);
        await TellAsync(other, Noon.AddMinutes(11));

        (await Store.LoadToldPricesAsync(CancellationToken.None)).ShouldBe([other]);
    }

    [Fact]
    public async Task There_is_no_credit_that_nothing_was_paid_into()
    {
        (await Store.FindCreditAsync(CreditSecret.New().Id, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_waits_for_a_store_that_is_closed()
    {
        await Store.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(Store.WriteHeartbeatAsync(Noon, CancellationToken.None));
        await Should.ThrowAsync<ObjectDisposedException>(Store.ReadHeartbeatAsync(CancellationToken.None));
        await ReopenAsync();
    }

    [Fact]
    public async Task What_was_asked_for_before_the_store_is_closed_is_done_or_refused()
    {
        var changes = Enumerable.Range(1, 2000).Select(i => Store.RecordPartPaymentAsync(
            Part(i, 1, $"packet {i}"), CancellationToken.None)).ToArray();

        await ReopenAsync();

        await Task.WhenAll(changes).WaitAsync(TimeSpan.FromSeconds(30))
            .ContinueWith(_ => { }, TaskScheduler.Default);
        changes.ShouldAllBe(change => change.IsCompleted);
        await MoneyShouldBeAsync(
            received: changes.Count(change => change.IsCompletedSuccessfully),
            credited: changes.Count(change => change.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Who_gives_up_before_his_turn_has_changed_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(
            Store.RecordPartPaymentAsync(Part(1, 300), cancellation.Token));

        (await OperationAsync(1)).ShouldBeNull();
    }

    private Task TellAsync(ToldPrice price, DateTimeOffset now) =>
        Store.TellPriceAsync(price, now, CancellationToken.None);
}
