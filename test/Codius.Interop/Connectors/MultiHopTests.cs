using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Links;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.Connectors;

/// <summary>
/// JavaScript programs as children of two connectors of ours, with a third between them that both reach over bad lines.
/// </summary>
public sealed class MultiHopTests : IAsyncLifetime
{
    private const ulong Large = 1_000_000_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly AssetDetails Xrp = new("XRP", 9);
    private static readonly AssetDetails Euro = new("EUR", 12);
    private static readonly AssetDetails Abc = new("ABC", 6);

    private readonly OwnConnector _first = new("test.first");
    private readonly OwnConnector _middle = new("test.middle");
    private readonly OwnConnector _last = new("test.last");
    private readonly List<LossyLink> _lines = [];

    public async ValueTask InitializeAsync()
    {
        _first.AddServed(OwnConnector.Account("payer", AccountRelation.Child, Xrp) with { MaxPacketAmount = Large / 20 });
        _last.AddServed(OwnConnector.Account("payee", AccountRelation.Child, Abc));
        _last.AddServed(OwnConnector.Account("same", AccountRelation.Child, Xrp));
        await _first.ListenAsync();
        await _last.ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _middle.DisposeAsync();
        await _last.DisposeAsync();
    }

    [Fact]
    public async Task A_large_JavaScript_payment_arrives_over_three_assets_and_lossy_slow_and_reordering_lines()
    {
        await ConnectAsync(Euro, lossPercent: 10, silent: false);
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, _last.UrlWith("payee"), receiveMax: long.MaxValue);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(_first.UrlWith("payer"), server.Address, server.SharedSecret)
            {
                Amount = Large,
                Slippage = 0.02,
                Timeout = Patience,
            });
        paid.TotalSent.ShouldBe(Large);
        // 10^6 XRP at 500 ABC each, less twice 0.2 % of spread.
        paid.TotalDelivered.ShouldBeInRange(497_000_000_000_000ul, 498_100_000_000_000ul);
        _first.BalanceOf("payer").ShouldBe(-(Int128)Large);
        _last.BalanceOf("payee").ShouldBe(paid.TotalDelivered);
        BalancesAddUp();
    }

    [Fact]
    public async Task A_tiny_JavaScript_payment_arrives_to_the_unit()
    {
        await ConnectAsync(Xrp, lossPercent: 0, silent: false);
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, _last.UrlWith("same"), receiveMax: 1000);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(_first.UrlWith("payer"), server.Address, server.SharedSecret) { Amount = 1 });
        (paid.TotalSent, paid.TotalDelivered).ShouldBe((1ul, 1ul));
        _last.BalanceOf("same").ShouldBe(1);
        BalancesAddUp();
    }

    [Fact]
    public async Task Our_sender_outlasts_lines_that_swallow_packets_in_silence()
    {
        await ConnectAsync(Xrp, lossPercent: 10, silent: true);
        var link = _first.Connector.AddLocalChild(OwnConnector.Account("own", AccountRelation.Child, Xrp) with
        {
            MaxPacketAmount = Large / 50,
        });
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, _last.UrlWith("same"), receiveMax: long.MaxValue);
        await using var client = new StreamClient(link, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.first.own"),
            Asset = Xrp,
        });
        client.Listen();
        var connection = client.Connect(new StreamCredentials(IlpAddress.Parse(server.Address), server.SharedSecret));
        var stream = connection.OpenStream();
        stream.SetSendMax(Large);
        (await stream.WaitForSentAsync(Large).WaitAsync(Patience)).ShouldBeTrue();
        await connection.CloseAsync().WaitAsync(Patience);
        _last.BalanceOf("same").ShouldBe((Int128)Large);
        _lines.Sum(line => line.Lost).ShouldBeGreaterThan(0);
        BalancesAddUp();
    }

    private async Task ConnectAsync(AssetDetails asset, int lossPercent, bool silent)
    {
        Join(_first, _middle, asset, lossPercent, silent);
        Join(_middle, _last, asset, lossPercent, silent);
        await Deadline.UntilAsync(
            () => _first.Connector.Routes.TryGet("test.last", out _) && _last.Connector.Routes.TryGet("test.first", out _),
            "the ends know each other's routes");
    }

    private void Join(OwnConnector one, OwnConnector other, AssetDetails asset, int lossPercent, bool silent)
    {
        var (left, right) = InMemoryLink.CreatePair();
        one.Connector.AddAccount(
            OwnConnector.Account($"to-{other.Connector.Address}", AccountRelation.Peer, asset), Lossy(left));
        other.Connector.AddAccount(
            OwnConnector.Account($"to-{one.Connector.Address}", AccountRelation.Peer, asset), Lossy(right));

        LossyLink Lossy(IIlpLink line)
        {
            _lines.Add(new LossyLink(line, lossPercent, silent, seed: _lines.Count + 1));
            return _lines[^1];
        }
    }

    // Both ends of each line count the same, whatever was lost on it.
    private void BalancesAddUp()
    {
        _first.BalanceOf("to-test.middle").ShouldBe(-_middle.BalanceOf("to-test.first"));
        _middle.BalanceOf("to-test.last").ShouldBe(-_last.BalanceOf("to-test.middle"));
    }
}
