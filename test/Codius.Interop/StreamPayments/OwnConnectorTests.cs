using System.Security.Cryptography;
using Codius.Testing.Peers;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Links;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>A host of ours with a connector of its own, and ilp-protocol-stream connected directly to it.</summary>
public sealed class OwnConnectorTests : IAsyncLifetime
{
    private const ulong Price = 2_283_106;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly PlayMoneyOptions Options = new() { Listener = new BtpListenerOptions { Port = 0 } };

    private readonly PlayMoneyConnector _connector = new(Options);
    private IIlpLink _host = null!;

    public static TheoryData<string> Releases => [.. StreamRelease.All.Select(release => release.Version)];

    private static IlpAddress HostAddress { get; } = Options.Address.Append("host");

    public async ValueTask InitializeAsync()
    {
        await _connector.ListenAsync(default);
        _host = _connector.AddLocalChild("host");
    }

    public ValueTask DisposeAsync() => _connector.DisposeAsync();

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task A_JavaScript_client_pays_our_server(string release)
    {
        await using var server = new StreamServer(_host, new StreamServerOptions
        {
            Address = HostAddress,
            Asset = Options.Asset,
            Secret = RandomNumberGenerator.GetBytes(32),
        });
        server.OnConnection(static connection => connection.OnStream(static stream => stream.SetReceiveMax(Price)));
        server.Listen();
        var credentials = server.CreateCredentials();
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(release),
            new StreamPayment(UrlWith("payer"), credentials.Address.Value, credentials.SharedSecret.ToArray())
            {
                Amount = Price,
            });
        (paid.TotalSent, paid.TotalDelivered).ShouldBe((Price, Price));
        _connector.Connector.Balances.GetBalance("host").ShouldBe((Int128)Price);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Our_client_pays_a_JavaScript_server(string release)
    {
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(release), UrlWith("receiver"), receiveMax: Price);
        await using var client = new StreamClient(
            _host, new StreamClientOptions { Address = HostAddress, Asset = Options.Asset });
        client.Listen();
        var connection = client.Connect(new StreamCredentials(IlpAddress.Parse(server.Address), server.SharedSecret));
        var stream = connection.OpenStream();
        stream.SetSendMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(Patience)).ShouldBeTrue();
        await connection.CloseAsync().WaitAsync(Patience);
        var closed = await server.Events.NextAsync("connection-closed", Patience);
        closed.GetProperty("totalReceived").GetString().ShouldBe($"{Price}");
        _connector.Connector.Balances.GetBalance("host").ShouldBe(-(Int128)Price);
    }

    private string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{_connector.Port}";
}
