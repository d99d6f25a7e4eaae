using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Host.Payments;
using Codius.Storage.Sqlite;
using Codius.Testing.Leases;
using Codius.Testing.Processes;
using Codius.Testing.Time;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Payments;

public sealed class EscrowTests : IAsyncLifetime
{
    private static readonly Asset Asset = new("XRP", 9);
    private readonly TemporaryDirectory _directory = new();
    private readonly TestClock _clock = new();
    private readonly CreditSecret _credit = CreditSecret.New();
    private readonly PayToken _token;
    private readonly SqliteHostStore _store;
    private int _packets;

    public EscrowTests()
    {
        PayToken.TryParse("AAECAwQFBgcICQoLDA0ODw", out _token).ShouldBeTrue();
        _store = new SqliteHostStore(_directory["codius.db"]);
    }

    public async ValueTask InitializeAsync() => await _store.OpenAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_packet_that_completes_the_price_is_held_until_it_is_decided_about()
    {
        var escrow = Create(due: 100);
        var offer = escrow.OfferAsync(Packet(100), default);
        var held = await escrow.Completed;
        offer.IsCompleted.ShouldBeFalse();
        held.Packet.Amount.ShouldBe(100);
        escrow.Decide(new PacketAnswer.Fulfil());
        (await offer).ShouldBeOfType<PacketAnswer.Fulfil>();
        (await _store.FindCreditAsync(_credit.Id, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Packets_of_a_third_of_the_price_are_a_credit_but_for_the_last()
    {
        var escrow = Create(due: 100);
        (await escrow.OfferAsync(Packet(33), default)).ShouldBeOfType<PacketAnswer.Fulfil>();
        (await escrow.OfferAsync(Packet(33), default)).ShouldBeOfType<PacketAnswer.Fulfil>();
        escrow.Completed.IsCompleted.ShouldBeFalse();
        (await _store.FindCreditAsync(_credit.Id, default)).ShouldNotBeNull().Amount.ShouldBe(66);
        var last = escrow.OfferAsync(Packet(34), default);
        (await escrow.Completed).Packet.Amount.ShouldBe(34);
        escrow.Decide(new PacketAnswer.Refuse("the pod failed"));
        (await last).ShouldBeOfType<PacketAnswer.Refuse>();
        escrow.Arrived.ShouldBe(66);
    }

    [Fact]
    public async Task A_packet_is_held_until_two_seconds_before_it_expires_and_at_most_25()
    {
        var now = _clock.GetUtcNow();
        var shortLived = Create(due: 1);
        _ = shortLived.OfferAsync(Packet(1, TimeSpan.FromSeconds(12)), default);
        (await shortLived.Completed).Until.ShouldBe(now + TimeSpan.FromSeconds(10));
        var longLived = Create(due: 1);
        _ = longLived.OfferAsync(Packet(1, TimeSpan.FromSeconds(60)), default);
        (await longLived.Completed).Until.ShouldBe(now + TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_completing_packet_that_is_about_to_expire_is_to_be_sent_again()
    {
        var escrow = Create(due: 1);
        (await escrow.OfferAsync(Packet(1, TimeSpan.FromSeconds(9)), default))
            .ShouldBeOfType<PacketAnswer.RetryLater>();
        escrow.Completed.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task While_one_packet_is_held_others_are_to_be_sent_again()
    {
        var escrow = Create(due: 10);
        var held = escrow.OfferAsync(Packet(10), default);
        (await escrow.OfferAsync(Packet(10), default)).ShouldBeOfType<PacketAnswer.RetryLater>();
        escrow.Decide(new PacketAnswer.Fulfil());
        await held;
    }

    [Fact]
    public async Task What_comes_after_the_decision_is_refused_as_well()
    {
        var escrow = Create(due: 10);
        escrow.Decide(new PacketAnswer.Refuse("too late"));
        (await escrow.OfferAsync(Packet(3), default)).ShouldBeOfType<PacketAnswer.Refuse>();
        (await _store.FindCreditAsync(_credit.Id, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Parallel_packets_complete_the_price_once()
    {
        var escrow = Create(due: 50);
        var offers = Enumerable.Range(0, 10)
            .Select(_ => Task.Run(() => escrow.OfferAsync(Packet(10), default)))
            .ToList();
        var held = await escrow.Completed;
        escrow.Arrived.ShouldBe(40);
        held.Packet.Amount.ShouldBe(10);
        escrow.Decide(new PacketAnswer.Fulfil());
        var answers = await Task.WhenAll(offers);
        answers.Count(answer => answer is PacketAnswer.Fulfil).ShouldBe(5);
        (await _store.ReadBalancesAsync(default)).Single().Received.ShouldBe(40);
    }

    private Escrow Create(long due) => new(
        _token, "digest", Asset, due, _credit.Id, new PaymentOptions(), _store, _clock);

    private IncomingPacket Packet(long amount, TimeSpan? lifetime = null) => new(
        $"packet {Interlocked.Increment(ref _packets)}", amount,
        _clock.GetUtcNow() + (lifetime ?? TimeSpan.FromSeconds(30)));
}
