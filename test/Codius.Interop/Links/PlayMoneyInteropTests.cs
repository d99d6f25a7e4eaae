using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Codius.Interop.Links;

/// <summary>The JavaScript plugins as children of our connector with play money.</summary>
public sealed class PlayMoneyInteropTests : IAsyncLifetime
{
    private PlayMoneyConnector _playMoney = null!;

    public static TheoryData<string, string> Pairs { get; } = new(
        StreamRelease.All.SelectMany(_ => StreamRelease.All, (sender, receiver) => (sender.Version, receiver.Version)));

    public async ValueTask InitializeAsync() => _playMoney = await StartAsync();

    public ValueTask DisposeAsync() => _playMoney.DisposeAsync();

    [Fact]
    public async Task An_ilp_plugin_btp_client_and_a_child_in_the_process_send_each_other_packets()
    {
        var host = _playMoney.AddLocalChild("host");
        host.OnPrepare((prepare, _) => ValueTask.FromResult(IlpReply.Fulfill(prepare.Data.Span[..32])));
        await using var peer = await BtpPeer.ConnectAsync(UrlWith("peer"));
        var data = RandomNumberGenerator.GetBytes(64);

        await peer.PrepareAsync("test.codius.host", 12, data);
        (await peer.Events.NextAsync("answer")).GetProperty("type").GetString().ShouldBe("ilp_fulfill");

        var reply = await host.SendAsync(
            IlpPrepare.Create(
                34,
                TimeProvider.System.GetUtcNow().AddSeconds(20),
                SHA256.HashData(data.AsSpan(0, 32)),
                _playMoney.AddressOf("peer"u8).Append("x"),
                data),
            default);
        reply.IsFulfill.ShouldBeTrue($"{reply.Code} {reply.Message}");
        _playMoney.Connector.Balances.GetBalance("host").ShouldBe(12 - 34);
    }

    [Fact]
    public async Task An_ilp_plugin_btp_client_comes_back_when_the_connector_was_started_again()
    {
        await using var peer = await BtpPeer.ConnectAsync(UrlWith("peer"));
        var port = _playMoney.Port;
        await _playMoney.DisposeAsync();
        await peer.Events.NextAsync("disconnected");

        _playMoney = await StartAsync(port);
        await Deadline.UntilAsync(
            () => Task.FromResult(_playMoney.Connector.Accounts.Any(account => account.Link.IsConnected)),
            "the client comes back");
        await peer.PrepareAsync("test.codius.nobody", 1, new byte[32]);
        (await peer.Events.NextAsync("answer")).GetProperty("type").GetString().ShouldBe("ilp_reject");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_JavaScript_releases_pay_each_other_over_our_connector(string sender, string receiver)
    {
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(receiver), UrlWith("receiver"), receiveMax: 1_000_000_000, sendBack: 500, echo: true);
        IlpAddress.Parse(server.Address).Value.ShouldStartWith($"{_playMoney.AddressOf("receiver"u8)}.");
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(sender),
            new StreamPayment(UrlWith("sender"), server.Address, server.SharedSecret)
            {
                Amount = 2283106,
                Data = "hello",
                ReceiveMax = 500,
                ExpectedBytes = 5,
                ExpectedMoney = 500,
            });
        paid.ShouldBe(new StreamPaymentResult(2283106, 2283106, 500, "hello"));
        BalanceOf("receiver"u8).ShouldBe(2283106 - 500);
        BalanceOf("sender"u8).ShouldBe(500 - 2283106);
    }

    [Fact]
    public async Task JavaScript_senders_split_payments_by_our_largest_packet()
    {
        await _playMoney.DisposeAsync();
        _playMoney = await StartAsync(maxPacketAmount: 1000);
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, UrlWith("receiver"), receiveMax: 3000);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(UrlWith("sender"), server.Address, server.SharedSecret) { Amount = 3000 });
        paid.TotalDelivered.ShouldBe(3000UL);
        server.Events.EventsNamed("money").Count.ShouldBeGreaterThanOrEqualTo(3);
    }

    private static async Task<PlayMoneyConnector> StartAsync(int port = 0, ulong? maxPacketAmount = null)
    {
        var connector = new PlayMoneyConnector(new PlayMoneyOptions
        {
            Listener = new BtpListenerOptions { Port = port },
            MaxPacketAmount = maxPacketAmount,
        });
        await connector.ListenAsync(default);
        return connector;
    }

    private string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{_playMoney.Port}";

    private Int128 BalanceOf(ReadOnlySpan<byte> secret) =>
        _playMoney.Connector.Balances.GetBalance(_playMoney.AddressOf(secret).Value.Split('.')[^1]);
}
