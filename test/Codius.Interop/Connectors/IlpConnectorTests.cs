using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Btp;
using Interledger.Connector.Accounts;
using Shouldly;
using Xunit;

namespace Codius.Interop.Connectors;

/// <summary>
/// ilp-connector 23.0.2 beside ours, as parent, as peer and as child, with routes exchanged by CCP. Payments go both
/// ways between JavaScript programs that are children of theirs and of ours, over assets of different kinds and scales.
/// </summary>
public sealed class IlpConnectorTests
{
    private const ulong Amount = 5_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly AssetDetails Xrp = new("XRP", 9);
    private static readonly AssetDetails CoarseXrp = new("XRP", 6);
    private static readonly AssetDetails Euro = new("EUR", 7);

    private readonly int _childrensPort = FreePort.Next();
    private readonly int _linkPort = FreePort.Next();

    private string TheirChild => $"btp+ws://:their-child@127.0.0.1:{_childrensPort}";

    [Fact]
    public async Task As_our_parent_it_names_us_and_our_children_and_carries_payments_both_ways()
    {
        await using var theirs = await StartTheirsAsync("test.js", Theirs("child") with
        {
            Listen = _linkPort, Secret = "ours", SendRoutes = true, ReceiveRoutes = true,
        });
        await using var ours = new OwnConnector(address: null);
        ours.AddServed(OwnConnector.Account("leaf", AccountRelation.Child, Euro));
        var parent = Client("ours");
        var added = ours.Connector.AddParentAsync(
            OwnConnector.Account("up", AccountRelation.Parent, default), parent, default);
        await ListensAsync(parent);
        (await added).Problem.ShouldBeNull();
        await theirs.WhenReadyAsync();
        ours.Connector.Address.Value.ShouldBe("test.js.link");
        ours.Connector.TryGetAccount("up", out var up).ShouldBeTrue();
        up.Config.Asset.ShouldBe(CoarseXrp);

        // A child with an address of its own, of which the parent can only know by its route.
        ours.AddServed(OwnConnector.Account("far", AccountRelation.Child, Euro) with
        {
            Address = Interledger.Addresses.IlpAddress.Parse("test.far"),
        });
        await LearnsAsync(theirs, "test.far");
        await ours.ListenAsync();
        await PayBothWaysAsync(ours, "leaf", "up");
        await PayBothWaysAsync(ours, "far", "up");
    }

    [Fact]
    public async Task As_our_peer_it_finds_the_way_to_our_children_and_we_to_its_by_the_routes_alone()
    {
        await using var theirs = await StartTheirsAsync("test.js", Theirs("peer") with
        {
            Listen = _linkPort, Secret = "ours",
        });
        await using var ours = new OwnConnector("test.ours");
        ours.AddServed(OwnConnector.Account("leaf", AccountRelation.Child, Euro));
        var peer = Client("ours");
        ours.Connector.AddAccount(OwnConnector.Account("js", AccountRelation.Peer, CoarseXrp), peer);
        await ListensAsync(peer);
        await theirs.WhenReadyAsync();
        await LearnsAsync(theirs, "test.ours");
        await Deadline.UntilAsync(() => ours.Connector.Routes.TryGet("test.js", out _), "we learn its route");
        await ours.ListenAsync();
        await PayBothWaysAsync(ours, "leaf", "js");
    }

    [Fact]
    public async Task As_our_child_it_gets_its_address_from_us_and_learns_our_routes()
    {
        await using var ours = new OwnConnector("test.ours");
        ours.AddServed(OwnConnector.Account("leaf", AccountRelation.Child, Euro));
        ours.AddServed(OwnConnector.Account("js", AccountRelation.Child, CoarseXrp) with
        {
            SendRoutes = true, ReceiveRoutes = true,
        });
        await ours.ListenAsync();
        ours.Connector.TryGetAccount("leaf", out var leaf).ShouldBeTrue();
        ours.Connector.Routes.Set("test.elsewhere", leaf);
        await using var theirs = await StartTheirsAsync(null, Theirs("parent") with { Server = ours.UrlWith("js") });
        await theirs.WhenReadyAsync();
        await LearnsAsync(theirs, "test.ours.js");
        await LearnsAsync(theirs, "test.elsewhere");
        await PayBothWaysAsync(ours, "leaf", "js");
    }

    private static JavaScriptAccount Theirs(string relation) => new(relation, CoarseXrp.Code, CoarseXrp.Scale);

    private static Task LearnsAsync(JavaScriptConnector connector, string prefix) => Deadline.UntilAsync(
        async () => (await connector.PrefixesAsync()).Contains(prefix), $"ilp-connector learns {prefix}");

    private Task<JavaScriptConnector> StartTheirsAsync(string? address, JavaScriptAccount link) =>
        JavaScriptConnector.StartAsync(address, new Dictionary<string, JavaScriptAccount>
        {
            ["link"] = link,
            ["local"] = new("child", Xrp.Code, Xrp.Scale) { Children = _childrensPort },
        });

    private BtpClient Client(string secret)
    {
        BtpUrl.TryParse($"btp+ws://:{secret}@127.0.0.1:{_linkPort}", out var url, out _).ShouldBeTrue();
        return new BtpClient(url);
    }

    private static Task ListensAsync(BtpClient client)
    {
        client.Start();
        return client.WaitUntilConnectedAsync(default).WaitAsync(Patience);
    }

    // 5 XRP are 2 EUR before the spread, and 2 EUR of minor units are 20 000 000.
    private async Task PayBothWaysAsync(OwnConnector ours, string child, string neighbour)
    {
        var (childsBefore, neighboursBefore) = (ours.BalanceOf(child), ours.BalanceOf(neighbour));
        await using (var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, ours.UrlWith(child), receiveMax: 1_000_000_000_000))
        {
            var paid = await StreamClientPeer.PayAsync(
                StreamRelease.Latest, new StreamPayment(TheirChild, server.Address, server.SharedSecret) { Amount = Amount });
            paid.TotalSent.ShouldBe(Amount);
            paid.TotalDelivered.ShouldBeInRange(19_900_000ul, 19_960_000ul);
            (ours.BalanceOf(child) - childsBefore).ShouldBe(paid.TotalDelivered);
            (neighboursBefore - ours.BalanceOf(neighbour)).ShouldBeInRange(4_999_990, 5_000_000);
        }

        await using (var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, TheirChild, receiveMax: 1_000_000_000_000))
        {
            var paid = await StreamClientPeer.PayAsync(
                StreamRelease.Latest,
                new StreamPayment(ours.UrlWith(child), server.Address, server.SharedSecret) { Amount = 10_000_000 });
            paid.TotalSent.ShouldBe(10_000_000ul);
            paid.TotalDelivered.ShouldBeInRange(2_490_000_000ul, 2_495_000_000ul);
        }
    }
}
