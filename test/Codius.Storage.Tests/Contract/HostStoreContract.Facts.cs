using Codius.Core.Leases;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    private static readonly TimeSpan HonouredFor = TimeSpan.FromMinutes(10);

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
    public async Task A_price_that_never_changed_is_the_price()
    {
        (await NotePriceAsync(10.50m, Noon)).ShouldBe(10.50m);
        (await NotePriceAsync(10.50m, Noon.AddDays(1))).ShouldBe(10.50m);
    }

    [Fact]
    public async Task A_price_that_has_risen_is_honoured_for_a_while()
    {
        await NotePriceAsync(10m, Noon);
        await ReopenAsync();

        (await NotePriceAsync(20m, Noon.AddHours(1))).ShouldBe(10m, "it was in force until now");
        (await NotePriceAsync(20m, Noon.AddHours(1).AddMinutes(9))).ShouldBe(10m);
        (await NotePriceAsync(20m, Noon.AddHours(1).AddMinutes(10))).ShouldBe(20m);
    }

    [Fact]
    public async Task A_price_that_has_fallen_holds_at_once()
    {
        await NotePriceAsync(20m, Noon);

        (await NotePriceAsync(9m, Noon.AddSeconds(1))).ShouldBe(9m, "compared as numbers");
    }

    [Fact]
    public async Task The_lowest_of_several_prices_is_honoured()
    {
        await NotePriceAsync(20m, Noon);
        await NotePriceAsync(5m, Noon.AddMinutes(1));

        (await NotePriceAsync(30m, Noon.AddMinutes(2))).ShouldBe(5m);
        (await NotePriceAsync(30m, Noon.AddMinutes(12))).ShouldBe(30m);
    }

    [Fact]
    public async Task A_price_is_kept_to_its_last_digit()
    {
        (await NotePriceAsync(decimal.MaxValue, Noon)).ShouldBe(decimal.MaxValue);
        (await NotePriceAsync(0.0000000000000000000000000001m, Noon.AddDays(1).AddHours(1)))
            .ShouldBe(0.0000000000000000000000000001m);
    }

    [Fact]
    public async Task A_price_from_before_the_clock_was_set_back_is_not_in_force()
    {
        await NotePriceAsync(1m, Noon.AddYears(1));

        (await NotePriceAsync(20m, Noon)).ShouldBe(20m);
        (await NotePriceAsync(20m, Noon.AddHours(1))).ShouldBe(20m);
        (await NotePriceAsync(20m, Noon.AddYears(2))).ShouldBe(20m);
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

    private Task<decimal> NotePriceAsync(decimal price, DateTimeOffset at) =>
        Store.NotePriceAsync(price, at, at - HonouredFor, CancellationToken.None);
}
