using System.Security.Cryptography;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Links;
using Interledger.Spsp;
using Interledger.Stream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Codius.Interop.Receipts;

/// <summary>A connector with play money, and a receiver of ours at it with an SPSP endpoint.</summary>
internal sealed class Wallet : IAsyncDisposable
{
    private static readonly PlayMoneyOptions Options = new() { Listener = new BtpListenerOptions { Port = 0 } };

    private readonly PlayMoneyConnector _connector = new(Options);
    private readonly StreamServer _server;
    private readonly WebApplication _web;
    private StreamClient? _client;

    private Wallet()
    {
        _server = new StreamServer(_connector.AddLocalChild("wallet"), new StreamServerOptions
        {
            Address = Options.Address.Append("wallet"),
            Asset = Options.Asset,
            Secret = RandomNumberGenerator.GetBytes(32),
        });
        _server.OnConnection(static connection =>
            connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue)));
        _server.Listen();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.MapSpsp(
            "/{account}",
            new SpspServer(_server),
            static context => context.Request.RouteValues["account"] is "alice" ? new SpspReceiver("alice") : null);
    }

    /// <summary>Where alice is paid.</summary>
    public Uri Endpoint => new(new Uri(_web.Urls.First()), "alice");

    /// <summary>What all her connections have received and not forgotten.</summary>
    public Int128 Balance => _connector.Connector.Balances.GetBalance("wallet");

    public StreamServer Server => _server;

    public static async Task<Wallet> StartAsync()
    {
        var wallet = new Wallet();
        await wallet._connector.ListenAsync(default);
        await wallet._web.StartAsync();
        return wallet;
    }

    public string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{_connector.Port}";

    /// <summary>A payer of ours at the same connector.</summary>
    public StreamClient Client()
    {
        if (_client is not null)
            return _client;
        IIlpLink link = _connector.AddLocalChild("payer");
        _client = new StreamClient(
            link, new StreamClientOptions { Address = Options.Address.Append("payer"), Asset = Options.Asset });
        _client.Listen();
        return _client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await _web.DisposeAsync();
        await _server.DisposeAsync();
        await _connector.DisposeAsync();
    }
}
