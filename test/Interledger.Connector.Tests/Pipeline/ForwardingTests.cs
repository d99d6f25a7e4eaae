using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Rates;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Pipeline;

public sealed class ForwardingTests
{
    private readonly ConnectorBench _bench = new();

    [Fact]
    public async Task A_packet_reaches_the_child_of_its_address_and_a_fulfilment_moves_the_money()
    {
        var alice = _bench.Add("alice");
        var received = _bench.AddReceiver("bob");

        var reply = await alice.SendAsync(_bench.Prepare("test.bench.bob.invoice~1"), default);

        reply.Fulfills(ConnectorBench.Condition).ShouldBeTrue();
        received.ShouldHaveSingleItem().Amount.ShouldBe(100ul);
        _bench.BalanceOf("alice").ShouldBe(-100);
        _bench.BalanceOf("bob").ShouldBe(100);
    }

    [Fact]
    public async Task A_rejection_is_passed_on_as_it_is_and_moves_nothing()
    {
        var alice = _bench.Add("alice");
        var rejection = IlpReply.Reject(
            IlpErrorCode.ApplicationError, IlpAddress.Parse("test.bench.bob"), "no", [1, 2, 3]);
        _bench.Add("bob").OnPrepare((_, _) => ValueTask.FromResult(rejection));

        var reply = await alice.SendAsync(_bench.Prepare("test.bench.bob"), default);

        reply.Packet.ToArray().ShouldBe(rejection.Packet.ToArray());
        _bench.BalanceOf("alice").ShouldBe(0);
        _bench.BalanceOf("bob").ShouldBe(0);
    }

    [Fact]
    public async Task A_wrong_fulfilment_credits_nobody()
    {
        var alice = _bench.Add("alice");
        var wrong = Enumerable.Repeat((byte)9, 32).ToArray();
        _bench.Add("bob").OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(wrong)));

        var reply = await alice.SendAsync(_bench.Prepare("test.bench.bob"), default);

        reply.Code.ShouldBe(IlpErrorCode.WrongCondition);
        _bench.BalanceOf("alice").ShouldBe(0);
        _bench.BalanceOf("bob").ShouldBe(0);
    }

    [Fact]
    public async Task The_rejections_of_the_connector_carry_its_address()
    {
        var alice = _bench.Add("alice");
        _bench.Add("silent");

        var noRoute = await alice.SendAsync(_bench.Prepare("test.elsewhere"), default);
        var noHandler = await alice.SendAsync(_bench.Prepare("test.bench.silent"), default);

        noRoute.Code.ShouldBe(IlpErrorCode.Unreachable);
        noRoute.TriggeredBy.Value.ShouldBe("test.bench");
        noHandler.Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        noHandler.TriggeredBy.Value.ShouldBe("test.bench");
    }

    [Theory]
    [InlineData(20, 19)]
    [InlineData(3600, 30)]
    public async Task The_next_hop_gets_less_time_and_never_more_than_the_hold_time(double given, double passedOn)
    {
        var alice = _bench.Add("alice");
        var received = _bench.AddReceiver("bob");
        await alice.SendAsync(_bench.Prepare("test.bench.bob", seconds: given), default);
        received[0].ExpiresAt.ShouldBe(_bench.Time.GetUtcNow().AddSeconds(passedOn));
    }

    [Fact]
    public async Task A_packet_with_too_little_time_left_is_not_sent_on()
    {
        var alice = _bench.Add("alice");
        var received = _bench.AddReceiver("bob");
        var reply = await alice.SendAsync(_bench.Prepare("test.bench.bob", seconds: 1.9), default);
        reply.Code.ShouldBe(IlpErrorCode.InsufficientTimeout);
        received.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_expired_packet_is_a_time_out()
    {
        _bench.Add("alice");
        _bench.Connector.TryGetAccount("alice", out var alice).ShouldBeTrue();
        var reply = await _bench.Connector.HandleAsync(alice, _bench.Prepare("test.bench.bob", seconds: -1));
        reply.Code.ShouldBe(IlpErrorCode.TransferTimedOut);
    }

    [Fact]
    public async Task A_packet_above_the_largest_amount_is_told_what_is_allowed()
    {
        var alice = _bench.Add("alice", config => config with { MaxPacketAmount = 99 });
        _bench.AddReceiver("bob");
        var reply = await alice.SendAsync(_bench.Prepare("test.bench.bob"), default);
        reply.Code.ShouldBe(IlpErrorCode.AmountTooLarge);
        AmountTooLarge.TryRead(reply.Data.Span, out var amounts).ShouldBeTrue();
        amounts.ShouldBe(new AmountTooLarge(100, 99));
    }

    [Fact]
    public async Task A_child_learns_its_address_and_asset()
    {
        var result = await new IldcpClient(_bench.Time).FetchAsync(_bench.Add("alice"), default);
        result.Info.ShouldBe(new IldcpInfo(IlpAddress.Parse("test.bench.alice"), ConnectorBench.Xrp));
    }

    [Theory]
    [InlineData("peer.route.control")]
    [InlineData("peer.config.x")]
    [InlineData("test.bench")]
    [InlineData("test.bench.nobody")]
    public async Task What_is_meant_for_the_connector_or_nobody_below_it_does_not_leave(string destination)
    {
        var (parent, connectors) = InMemoryLink.CreatePair(_bench.Time);
        _bench.Connector.AddAccount(ConnectorBench.Child("up") with { Relation = AccountRelation.Parent }, connectors);
        var left = 0;
        parent.OnPrepare((_, _) =>
        {
            left++;
            return ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        });
        var alice = _bench.Add("alice");

        (await alice.SendAsync(_bench.Prepare(destination), default)).Code.ShouldBe(IlpErrorCode.Unreachable);
        left.ShouldBe(0);
        (await alice.SendAsync(_bench.Prepare("g.elsewhere"), default)).IsFulfill.ShouldBeTrue();
        left.ShouldBe(1);
        (await parent.SendAsync(_bench.Prepare("g.elsewhere"), default)).Code.ShouldBe(IlpErrorCode.Unreachable);
    }

    [Fact]
    public async Task A_parent_is_told_nothing_by_ILDCP()
    {
        var (parent, connectors) = InMemoryLink.CreatePair(_bench.Time);
        _bench.Connector.AddAccount(ConnectorBench.Child("up") with { Relation = AccountRelation.Parent }, connectors);
        (await new IldcpClient(_bench.Time).FetchAsync(parent, default)).Info.ShouldBeNull();
    }

    [Fact]
    public async Task Amounts_are_converted_between_scales_and_not_between_assets()
    {
        var alice = _bench.Add("alice");
        var coarse = _bench.AddReceiver("coarse", config => config with { Asset = new AssetDetails("XRP", 6) });
        _bench.AddReceiver("other", config => config with { Asset = new AssetDetails("EUR", 9) });

        (await alice.SendAsync(_bench.Prepare("test.bench.coarse", 5999), default)).IsFulfill.ShouldBeTrue();
        coarse[0].Amount.ShouldBe(5ul);
        _bench.BalanceOf("alice").ShouldBe(-5999);
        _bench.BalanceOf("coarse").ShouldBe(5);
        (await alice.SendAsync(_bench.Prepare("test.bench.other"), default)).Code.ShouldBe(IlpErrorCode.Unreachable);
    }

    [Fact]
    public async Task An_amount_of_which_nothing_is_left_is_refused_and_costs_nothing()
    {
        var alice = _bench.Add("alice");
        _bench.AddReceiver("coarse", config => config with { Asset = new AssetDetails("XRP", 6) });
        (await alice.SendAsync(_bench.Prepare("test.bench.coarse", 999), default))
            .Code.ShouldBe(IlpErrorCode.InsufficientSourceAmount);
        (await alice.SendAsync(_bench.Prepare("test.bench.coarse", 0), default)).IsFulfill.ShouldBeTrue();
        _bench.BalanceOf("alice").ShouldBe(0);
    }

    [Fact]
    public async Task Assets_are_exchanged_at_the_price_less_the_spread()
    {
        var prices = new PriceTable(0.01m);
        prices.Set(new Dictionary<string, decimal> { ["XRP"] = 0.5m, ["EUR"] = 1.25m });
        var bench = new ConnectorBench(rates: prices);
        var alice = bench.Add("alice");
        var received = bench.AddReceiver("euro", config => config with { Asset = new AssetDetails("EUR", 2) });
        (await alice.SendAsync(bench.Prepare("test.bench.euro", 100_000_000_000), default)).IsFulfill.ShouldBeTrue();
        received.ShouldHaveSingleItem().Amount.ShouldBe(3960ul);
        (await alice.SendAsync(bench.Prepare("test.bench.euro", ulong.MaxValue), default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_that_sends_too_fast_is_slowed_down_and_others_are_not()
    {
        var alice = _bench.Add("alice", config => config with { PacketsPerSecond = 10, PacketBurst = 2 });
        var carol = _bench.Add("carol");
        _bench.AddReceiver("bob");
        var codes = new List<string>();
        for (var i = 0; i < 3; i++)
            codes.Add((await alice.SendAsync(_bench.Prepare("test.bench.bob"), default)).Code.ToString());
        codes.ShouldBe(["", "", "T05"]);
        (await carol.SendAsync(_bench.Prepare("test.bench.bob"), default)).IsFulfill.ShouldBeTrue();

        _bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        (await alice.SendAsync(_bench.Prepare("test.bench.bob"), default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_with_too_many_packets_under_way_is_turned_away_until_some_are_answered()
    {
        var alice = _bench.Add("alice", config => config with { MaxOutstanding = 2 });
        var held = new TaskCompletionSource();
        _bench.Add("bob").OnPrepare(async (_, _) =>
        {
            await held.Task;
            return IlpReply.Fulfill(ConnectorBench.Fulfillment);
        });
        var first = alice.SendAsync(_bench.Prepare("test.bench.bob"), default).AsTask();
        var second = alice.SendAsync(_bench.Prepare("test.bench.bob"), default).AsTask();
        var third = await alice.SendAsync(_bench.Prepare("test.bench.bob"), default);
        third.Code.ShouldBe(IlpErrorCode.ConnectorBusy);

        held.SetResult();
        (await Task.WhenAll(first, second)).ShouldAllBe(reply => reply.IsFulfill);
        (await alice.SendAsync(_bench.Prepare("test.bench.bob"), default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_that_was_removed_is_no_longer_reached_and_its_balance_is_kept()
    {
        var alice = _bench.Add("alice");
        _bench.AddReceiver("bob");
        await alice.SendAsync(_bench.Prepare("test.bench.bob"), default);
        await _bench.Connector.RemoveAccountAsync("bob");
        (await alice.SendAsync(_bench.Prepare("test.bench.bob"), default)).Code.ShouldBe(IlpErrorCode.Unreachable);
        _bench.BalanceOf("bob").ShouldBe(100);
    }

    [Fact]
    public void A_name_can_be_taken_once_and_must_be_part_of_an_address()
    {
        _bench.Add("alice");
        Should.Throw<ArgumentException>(() => _bench.Add("alice"));
        Should.Throw<FormatException>(() => _bench.Add("a b"));
    }
}
