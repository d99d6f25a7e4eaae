using System.Buffers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Routes.Ccp;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Routes.Ccp;

public sealed class RouteBroadcastTests : IAsyncLifetime
{
    private static readonly RouteBroadcastOptions Quick = new()
    {
        Pause = TimeSpan.FromMilliseconds(20),
        Interval = TimeSpan.FromMilliseconds(300),
        Retry = TimeSpan.FromMilliseconds(100),
    };

    private readonly List<IlpConnector> _connectors = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var connector in _connectors)
            await connector.DisposeAsync();
    }

    [Fact]
    public async Task A_packet_finds_its_way_over_connectors_that_told_each_other_their_routes()
    {
        var (a, b, c) = (Connector("test.a"), Connector("test.b"), Connector("test.c"));
        Peer(a, b);
        Peer(b, c);
        var alice = a.AddLocalChild(ConnectorBench.Child("alice"));
        var carol = c.AddLocalChild(ConnectorBench.Child("carol"));
        carol.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        await LearnsAsync(a, "test.c");

        (await alice.SendAsync(Prepare("test.c.carol"), default)).IsFulfill.ShouldBeTrue();
        a.Balances.GetBalance("to-test.b").ShouldBe(100);
        c.Balances.GetBalance("to-test.b").ShouldBe(-100);
        a.Routes.TryGet("test.c", out var route).ShouldBeTrue();
        route.Path.ShouldBe(["test.b", "test.c"]);
    }

    [Fact]
    public async Task A_route_that_is_gone_is_withdrawn_everywhere()
    {
        var (a, b, c) = (Connector("test.a"), Connector("test.b"), Connector("test.c"));
        Peer(a, b);
        Peer(b, c);
        await LearnsAsync(a, "test.c");
        await b.RemoveAccountAsync("to-test.c");
        await Deadline.UntilAsync(() => !a.Routes.TryGet("test.c", out _), "the route is withdrawn");
    }

    [Fact]
    public async Task Routes_in_a_ring_do_not_loop_and_the_shorter_way_is_taken()
    {
        var (a, b, c) = (Connector("test.a"), Connector("test.b"), Connector("test.c"));
        Peer(a, b);
        Peer(b, c);
        Peer(c, a);
        await LearnsAsync(a, "test.c", via: "to-test.c");
        await LearnsAsync(b, "test.a", via: "to-test.a");
        await a.RemoveAccountAsync("to-test.c");
        await c.RemoveAccountAsync("to-test.a");
        await LearnsAsync(a, "test.c", via: "to-test.b");
        await b.RemoveAccountAsync("to-test.c");
        await Deadline.UntilAsync(() => !a.Routes.TryGet("test.c", out _), "nobody tells of what is gone");
    }

    [Fact]
    public async Task Children_follow_when_a_parent_says_what_the_connector_is_called()
    {
        var parent = Connector("test.parent");
        var child = Connector("");
        var grandchild = child.AddLocalChild(ConnectorBench.Child("leaf"));
        (await new IldcpClient { Attempts = 1 }.FetchAsync(grandchild, default)).Info.ShouldBeNull();

        var link = parent.AddLocalChild(ConnectorBench.Child("us") with { Asset = new AssetDetails("EUR", 4) });
        var config = ConnectorBench.Child("up") with { Relation = AccountRelation.Parent };
        (await child.AddParentAsync(config, link, default)).Problem.ShouldBeNull();

        child.Address.Value.ShouldBe("test.parent.us");
        child.TryGetAccount("up", out var up).ShouldBeTrue();
        up.Config.Asset.ShouldBe(new AssetDetails("EUR", 4));
        (await new IldcpClient().FetchAsync(grandchild, default)).Info!.Value.ClientAddress.Value
            .ShouldBe("test.parent.us.leaf");

        child.SetAddress(IlpAddress.Parse("test.elsewhere.us"));
        (await new IldcpClient().FetchAsync(grandchild, default)).Info!.Value.ClientAddress.Value
            .ShouldBe("test.elsewhere.us.leaf");
        child.Routes.TryGet("test.parent.us.leaf", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("test.us")]
    [InlineData("test.us.alice")]
    [InlineData("test")]
    [InlineData("g.other")]
    [InlineData("test.other.", "test.peer")]
    [InlineData("test.loop", "test.peer", "test.us")]
    [InlineData("test.odd", "not an address")]
    public async Task A_peer_cannot_tell_of_what_is_ours_or_nobodys(string prefix, params string[] path)
    {
        var us = Connector("test.us");
        us.AddLocalChild(ConnectorBench.Child("alice"));
        var peer = Stranger(us, "peer", AccountRelation.Peer);
        var before = us.Routes.Routes.Count;
        (await TellAsync(peer, 0, 1, [prefix], path)).IsFulfill.ShouldBeTrue();
        us.Routes.Routes.Count.ShouldBe(before);
        (await TellAsync(peer, 1, 2, ["test.good"])).IsFulfill.ShouldBeTrue();
        us.Routes.TryGet("test.good", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_child_may_tell_only_of_what_is_under_its_address_and_only_if_it_may_at_all()
    {
        var us = Connector("test.us");
        var silent = Stranger(us, "silent", AccountRelation.Child);
        (await TellAsync(silent, 0, 1, ["test.us.silent.x"])).Code.ShouldBe(IlpErrorCode.Unreachable);

        var child = Stranger(us, "child", AccountRelation.Child, config => config with { ReceiveRoutes = true });
        await TellAsync(child, 0, 1, ["test.us.child.x", "test.us.silent", "test.bank", "test.us.childish"]);
        us.Routes.Routes.Select(route => route.Prefix)
            .ShouldBe(["test.us.child", "test.us.child.x", "test.us.silent"], ignoreOrder: true);
        us.Routes.TryGet("test.us.silent", out var route).ShouldBeTrue();
        route.Account.Id.ShouldBe("silent");
    }

    [Fact]
    public async Task An_account_with_allowed_prefixes_may_tell_only_those_and_set_routes_always_win()
    {
        var us = Connector("test.us");
        var peer = Stranger(
            us, "peer", AccountRelation.Peer, config => config with { AllowedPrefixes = ["test.p", "test.set"] });
        Stranger(us, "other", AccountRelation.Peer);
        us.TryGetAccount("other", out var other).ShouldBeTrue();
        us.Routes.Set("test.set", other);
        await TellAsync(peer, 0, 1, ["test.p", "test.p.q", "test.pp", "test.set"]);
        us.Routes.TryGet("test.p", out _).ShouldBeTrue();
        us.Routes.TryGet("test.p.q", out _).ShouldBeTrue();
        us.Routes.TryGet("test.pp", out _).ShouldBeFalse();
        us.Routes.TryGet("test.set", out var set).ShouldBeTrue();
        set.Account.ShouldBe(other);
    }

    [Fact]
    public async Task A_peer_can_tell_no_more_routes_than_it_may()
    {
        var us = Connector("test.us", Quick with { MaxRoutesPerAccount = 5 });
        var peer = Stranger(us, "peer", AccountRelation.Peer);
        await TellAsync(peer, 0, 1, [.. Enumerable.Range(0, 50).Select(i => $"test.r{i}")]);
        us.Routes.Routes.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_gap_is_asked_for_and_nothing_behind_it_is_taken()
    {
        var us = Connector("test.us");
        var asked = new System.Collections.Concurrent.ConcurrentQueue<CcpRouteControl>();
        var peer = Stranger(us, "peer", AccountRelation.Peer, onControl: asked.Enqueue);
        await TellAsync(peer, 0, 3, ["test.one"]);
        await TellAsync(peer, 7, 8, ["test.two"]);
        us.Routes.TryGet("test.two", out _).ShouldBeFalse();
        await Deadline.UntilAsync(
            () => asked.Any(control => control is { Mode: CcpMode.Sync, LastKnownEpoch: 3 }), "the gap is asked for");
        await TellAsync(peer, 3, 8, ["test.two"]);
        us.Routes.TryGet("test.two", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_table_replaces_the_old_one_and_silence_ends_both()
    {
        var us = Connector("test.us");
        var peer = Stranger(us, "peer", AccountRelation.Peer);
        await TellAsync(peer, 0, 1, ["test.old"]);
        await TellAsync(peer, 0, 1, ["test.new"], table: Guid.NewGuid(), holdDown: 300);
        us.Routes.Routes.Select(route => route.Prefix).ShouldBe(["test.new"]);
        await Deadline.UntilAsync(() => us.Routes.Routes.Count == 0, "the routes end");
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused()
    {
        var us = Connector("test.us");
        var peer = Stranger(us, "peer", AccountRelation.Peer);
        foreach (var destination in new[] { "peer.route.control", "peer.route.update" })
        {
            var garbage = IlpPrepare.Create(
                0, TimeProvider.System.GetUtcNow().AddSeconds(9), IldcpRequest.Condition, IlpAddress.Parse(destination), [9, 9]);
            (await peer.SendAsync(garbage, default)).Code.ShouldBe(IlpErrorCode.InvalidPacket);
        }
    }

    [Fact]
    public async Task A_parent_is_not_told_the_ways_to_peers()
    {
        var us = Connector("test.us");
        var told = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var peer = Stranger(us, "peer", AccountRelation.Peer);
        var parent = Stranger(us, "parent", AccountRelation.Parent, onTold: told.Enqueue);
        await TellAsync(peer, 0, 1, ["test.peers"]);
        await AskAsync(parent);
        await Deadline.UntilAsync(() => told.Contains("test.us"), "the parent is told our own address");
        told.ShouldNotContain("test.peers");
    }

    private static IlpPrepare Prepare(string destination) => IlpPrepare.Create(
        100, TimeProvider.System.GetUtcNow().AddSeconds(20), ConnectorBench.Condition, IlpAddress.Parse(destination));

    private static Task LearnsAsync(IlpConnector connector, string prefix, string? via = null) => Deadline.UntilAsync(
        () => connector.Routes.TryGet(prefix, out var route) && (via is null || route.Account.Id == via),
        $"{connector.Address} learns {prefix}");

    private static void Peer(IlpConnector one, IlpConnector other)
    {
        var (left, right) = InMemoryLink.CreatePair();
        one.AddAccount(ConnectorBench.Child($"to-{other.Address}") with { Relation = AccountRelation.Peer }, left);
        other.AddAccount(ConnectorBench.Child($"to-{one.Address}") with { Relation = AccountRelation.Peer }, right);
    }

    /// <summary>A neighbour that answers what we send and says what the test says.</summary>
    private static InMemoryLink Stranger(
        IlpConnector connector,
        string id,
        AccountRelation relation,
        Func<AccountConfig, AccountConfig>? change = null,
        Action<CcpRouteControl>? onControl = null,
        Action<string>? onTold = null)
    {
        var (theirs, ours) = InMemoryLink.CreatePair();
        theirs.OnPrepare((packet, _) =>
        {
            if (CcpRouteControl.TryRead(packet.Data.Span, out var control))
                onControl?.Invoke(control);
            else if (CcpRouteUpdate.TryRead(packet.Data.Span, out var update))
                update!.NewRoutes.ToList().ForEach(route => onTold?.Invoke(route.Prefix));
            return ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        });
        var config = ConnectorBench.Child(id) with { Relation = relation };
        connector.AddAccount(change?.Invoke(config) ?? config, ours);
        return theirs;
    }

    private static ValueTask<IlpReply> TellAsync(
        IIlpLink peer, uint from, uint to, string[] prefixes, string[]? path = null, Guid table = default, uint holdDown = 45000)
    {
        var routes = prefixes.Select(prefix => new CcpRoute(prefix, path ?? ["test.peer"], new byte[32])).ToArray();
        var update = new CcpRouteUpdate(
            table == default ? Guid.Parse("11111111-1111-1111-1111-111111111111") : table,
            to, from, to, holdDown, "test.peer", routes, []);
        return SendAsync(peer, "peer.route.update", update.Write);
    }

    private static ValueTask<IlpReply> AskAsync(IIlpLink peer) =>
        SendAsync(peer, "peer.route.control", new CcpRouteControl(CcpMode.Sync, default, 0).Write);

    private static ValueTask<IlpReply> SendAsync(IIlpLink peer, string destination, Action<IBufferWriter<byte>> write)
    {
        var data = new ArrayBufferWriter<byte>();
        write(data);
        return peer.SendAsync(
            IlpPrepare.Create(
                0, TimeProvider.System.GetUtcNow().AddSeconds(9), IldcpRequest.Condition, IlpAddress.Parse(destination),
                data.WrittenSpan),
            default);
    }

    private IlpConnector Connector(string address, RouteBroadcastOptions? options = null)
    {
        var connector = new IlpConnector(new ConnectorOptions
        {
            Address = address.Length == 0 ? default : IlpAddress.Parse(address),
            RouteBroadcast = options ?? Quick,
        });
        _connectors.Add(connector);
        return connector;
    }
}
