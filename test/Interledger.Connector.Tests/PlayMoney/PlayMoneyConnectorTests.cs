using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Interledger.Btp;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Ildcp;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.PlayMoney;

public sealed class PlayMoneyConnectorTests : IAsyncLifetime
{
    private PlayMoneyConnector _playMoney = null!;

    public async ValueTask InitializeAsync() => _playMoney = await StartAsync(new PlayMoneyOptions());

    public ValueTask DisposeAsync() => _playMoney.DisposeAsync();

    [Fact]
    public async Task Any_secret_gets_an_account_named_by_its_hash()
    {
        await using var client = await ConnectAsync("a secret");
        var result = await new IldcpClient().FetchAsync(client, default);
        var hash = Convert.ToBase64String(SHA256.HashData("a secret"u8))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');
        result.Info!.Value.ClientAddress.Value.ShouldBe($"test.codius.{hash}");
        result.Info.Value.ClientAddress.ShouldBe(_playMoney.AddressOf("a secret"u8));
        result.Info.Value.Asset.ShouldBe(new AssetDetails("XRP", 9));
    }

    [Fact]
    public async Task Children_pay_each_other_and_a_child_in_the_process()
    {
        var host = _playMoney.AddLocalChild("host");
        host.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        await using var alice = await ConnectAsync("alice");
        await using var bob = await ConnectAsync("bob");
        bob.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));

        (await alice.SendAsync(Prepare("test.codius.host.x"), default)).IsFulfill.ShouldBeTrue();
        (await alice.SendAsync(Prepare(_playMoney.AddressOf("bob"u8).Value), default)).IsFulfill.ShouldBeTrue();
        (await bob.SendAsync(Prepare("test.codius.nobody"), default)).Code.ShouldBe(IlpErrorCode.Unreachable);
        _playMoney.Connector.Balances.GetBalance("host").ShouldBe(100);
    }

    [Fact]
    public async Task A_child_that_comes_back_has_its_account_and_balance_again()
    {
        await using var bob = await ConnectAsync("bob");
        bob.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        for (var i = 0; i < 2; i++)
        {
            await using var alice = await ConnectAsync("alice");
            (await alice.SendAsync(Prepare(_playMoney.AddressOf("bob"u8).Value), default)).IsFulfill.ShouldBeTrue();
        }

        var id = _playMoney.AddressOf("alice"u8).Value.Split('.')[^1];
        _playMoney.Connector.Balances.GetBalance(id).ShouldBe(-200);
        _playMoney.Connector.Accounts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task When_there_are_enough_children_new_secrets_are_refused_and_known_ones_are_not()
    {
        await using var small = await StartAsync(new PlayMoneyOptions { MaxChildren = 1 });
        await using var alice = await ConnectAsync("alice", small);
        await using var again = await ConnectAsync("alice", small);
        await using var bob = new BtpClient(Url("bob", small));
        (await bob.ConnectAsync(default)).LastEnd!.Reason.ShouldBe(BtpDisconnectReason.AuthenticationRefused);
    }

    [Fact]
    public async Task Web_pages_may_not_connect_and_what_is_no_WebSocket_is_told_so()
    {
        using var page = new ClientWebSocket();
        page.Options.SetRequestHeader("Origin", "https://evil.example");
        await Should.ThrowAsync<WebSocketException>(
            () => page.ConnectAsync(new Uri($"ws://127.0.0.1:{_playMoney.Port}/"), default));

        using var http = new HttpClient();
        var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_playMoney.Port}/"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
        answer.Headers.Upgrade.ShouldContain(new ProductHeaderValue("websocket"));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_as_such()
    {
        await using var second = new PlayMoneyConnector(new PlayMoneyOptions
        {
            Listener = new BtpListenerOptions { Port = _playMoney.Port },
        });
        await Should.ThrowAsync<IOException>(() => second.ListenAsync(default));
    }

    private static async Task<PlayMoneyConnector> StartAsync(PlayMoneyOptions options)
    {
        var connector = new PlayMoneyConnector(options with { Listener = new BtpListenerOptions { Port = 0 } });
        await connector.ListenAsync(default);
        return connector;
    }

    private static BtpUrl Url(string secret, PlayMoneyConnector connector) =>
        BtpUrl.TryParse($"btp+ws://:x@127.0.0.1:{connector.Port}", out var url, out _)
            ? url.WithToken(secret)
            : throw new FormatException();

    private static IlpPrepare Prepare(string destination) => IlpPrepare.Create(
        100,
        TimeProvider.System.GetUtcNow().AddSeconds(20),
        ConnectorBench.Condition,
        Addresses.IlpAddress.Parse(destination));

    private async Task<BtpClient> ConnectAsync(string secret, PlayMoneyConnector? connector = null)
    {
        var client = new BtpClient(Url(secret, connector ?? _playMoney));
        (await client.ConnectAsync(default)).State.ShouldBe(BtpClientState.Connected);
        return client;
    }
}
