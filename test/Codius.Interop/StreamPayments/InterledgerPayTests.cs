using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Http;
using Interledger.Links;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>
/// Our connector between accounts by BTP and by ILP over HTTP, with the modern JavaScript stack at its ends. Those by
/// HTTP have a static address and asset, as Rafiki wants it.
/// </summary>
public sealed class InterledgerPayTests : IAsyncLifetime
{
    private const ulong Price = 2_283_106;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly PlayMoneyOptions Options = new() { Listener = new BtpListenerOptions { Port = 0 } };

    private readonly PlayMoneyConnector _connector = new(Options);
    private readonly HttpTokens _tokens = new();
    private IlpHttpListener _listener = null!;

    public async ValueTask InitializeAsync()
    {
        await _connector.ListenAsync(default);
        _listener = await IlpHttpListener.StartAsync(
            _tokens.AuthenticateAsync, new IlpHttpListenerOptions { Port = 0 });
    }

    public async ValueTask DisposeAsync()
    {
        await _connector.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_sends_our_server_a_fixed_amount_through_our_connector(bool overHttp)
    {
        await using var server = Serve(_connector.AddLocalChild("host"));
        var credentials = server.CreateCredentials("tag");
        var paid = await Payer(overHttp).SendAsync(credentials.Address.Value, credentials.SharedSecret, Price);
        paid.ShouldBe(new InterledgerPayResult(Price, Price, null));
        BalanceOf("host").ShouldBe((Int128)Price);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_delivers_our_server_a_fixed_amount_through_our_connector(bool overHttp)
    {
        await using var server = Serve(_connector.AddLocalChild("host"));
        var credentials = server.CreateCredentials();
        var paid = await Payer(overHttp).DeliverAsync(credentials.Address.Value, credentials.SharedSecret, Price);
        paid.ShouldBe(new InterledgerPayResult(Price, Price, null));
        BalanceOf("host").ShouldBe((Int128)Price);
    }

    [Fact]
    public async Task It_delivers_to_a_receiver_with_another_scale()
    {
        var host = _connector.Connector.AddLocalChild(Account("host") with { Asset = new AssetDetails("XRP", 6) });
        await using var server = Serve(host, new AssetDetails("XRP", 6));
        var credentials = server.CreateCredentials();
        var paid = await Payer(overHttp: false).DeliverAsync(credentials.Address.Value, credentials.SharedSecret, 5000);
        (paid.Delivered, paid.Problem).ShouldBe((5000UL, null));
        paid.Sent.ShouldBeInRange(5_000_000UL, 5_100_000UL);
        BalanceOf("host").ShouldBe(5000);
    }

    [Fact]
    public async Task An_account_by_BTP_pays_a_stream_receiver_behind_an_account_by_HTTP()
    {
        var (account, link) = HttpAccountAtPort("wallet");
        await using var receiver = await StreamReceiverPeer.StartAsync(account);
        _connector.Connector.AddAccount(Account("wallet", IlpAddress.Parse(account.Address)), link);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(UrlWith("payer"), receiver.Address, receiver.SharedSecret) { Amount = Price });
        (paid.TotalSent, paid.TotalDelivered).ShouldBe((Price, Price));
        receiver.Total.ShouldBe(Price);
        BalanceOf("wallet").ShouldBe((Int128)Price);
    }

    [Fact]
    public async Task Our_client_pays_a_stream_receiver_with_its_first_packet()
    {
        var (account, link) = HttpAccountAtPort("wallet");
        await using var receiver = await StreamReceiverPeer.StartAsync(account);
        _connector.Connector.AddAccount(Account("wallet", IlpAddress.Parse(account.Address)), link);
        await using var client = new StreamClient(
            _connector.AddLocalChild("ours"),
            new StreamClientOptions { Address = Options.Address.Append("ours"), Asset = Options.Asset });
        client.Listen();
        var stream = client
            .Connect(new StreamCredentials(IlpAddress.Parse(receiver.Address), receiver.SharedSecret))
            .OpenStream(sendMax: Price, receiveMax: 0, first: Price);
        (await stream.Connection.OpenAsync().WaitAsync(Patience)).ShouldBeNull();
        (stream.TotalSent, stream.TotalDelivered, receiver.Total).ShouldBe((Price, Price, Price));
    }

    [Fact]
    public async Task An_account_by_HTTP_pays_an_ilp_protocol_stream_server_behind_an_account_by_BTP()
    {
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, UrlWith("receiver"), receiveMax: Price);
        var paid = await Payer(overHttp: true).SendAsync(server.Address, server.SharedSecret, Price);
        paid.ShouldBe(new InterledgerPayResult(Price, Price, null));
        BalanceOf("payer").ShouldBe(-(Int128)Price);
    }

    [Fact]
    public async Task Our_client_pays_through_two_connectors_of_which_one_is_reached_by_HTTP()
    {
        var (account, toReceiver) = HttpAccountAtPort("wallet");
        await using var receiver = await StreamReceiverPeer.StartAsync(account);
        _connector.Connector.AddAccount(Account("wallet", IlpAddress.Parse(account.Address)), toReceiver);
        var below = new HttpLink(new HttpLinkOptions());
        _tokens.Add("below", below);
        _connector.Connector.AddAccount(Account("below"), below);

        await using var second = new PlayMoneyConnector(Options with { Address = Options.Address.Append("below") });
        second.Connector.AddAccount(
            Account("up") with { Relation = AccountRelation.Parent },
            new HttpLink(new HttpLinkOptions { Endpoint = Url, Token = "below" }));
        var ours = second.AddLocalChild("ours");
        await using var client = new StreamClient(
            ours, new StreamClientOptions { Address = Options.Address.Append("below.ours"), Asset = Options.Asset });
        client.Listen();
        var stream = client
            .Connect(new StreamCredentials(IlpAddress.Parse(receiver.Address), receiver.SharedSecret))
            .OpenStream();
        stream.SetSendMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(Patience)).ShouldBeTrue();
        stream.TotalDelivered.ShouldBe(Price);
        receiver.Total.ShouldBe(Price);
        BalanceOf("below").ShouldBe(-(Int128)Price);
        second.Connector.Balances.GetBalance("up").ShouldBe((Int128)Price);
    }

    private Uri Url => new($"http://127.0.0.1:{_listener.Port}/");

    private InterledgerPay Payer(bool overHttp)
    {
        if (!overHttp)
            return InterledgerPay.OverBtp(UrlWith("payer"));
        var link = new HttpLink(new HttpLinkOptions());
        _tokens.Add("payers", link);
        var account = _connector.Connector.AddAccount(Account("payer"), link);
        return InterledgerPay.OverHttp(new HttpAccount(account.Address.Value) { Url = Url, Token = "payers" });
    }

    private static (HttpAccount Account, HttpLink Link) HttpAccountAtPort(string name)
    {
        var port = FreePort.Next();
        var link = new HttpLink(new HttpLinkOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{port}/"),
            Token = "connectors",
        });
        return (new HttpAccount($"test.{name}") { Port = port, Accept = "connectors" }, link);
    }

    private static AccountConfig Account(string id, IlpAddress? address = null) => new()
    {
        Id = id,
        Relation = AccountRelation.Child,
        Address = address,
        Asset = Options.Asset,
        MinimumBalance = null,
    };

    private static StreamServer Serve(IIlpLink link, AssetDetails? asset = null)
    {
        var server = new StreamServer(link, new StreamServerOptions
        {
            Address = Options.Address.Append("host"),
            Asset = asset ?? Options.Asset,
            Secret = RandomNumberGenerator.GetBytes(32),
        });
        server.OnConnection(static connection =>
            connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue)));
        server.Listen();
        return server;
    }

    private string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{_connector.Port}";

    private Int128 BalanceOf(string id) => _connector.Connector.Balances.GetBalance(id);
}
