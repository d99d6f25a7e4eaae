using System.Text;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Listeners;
using Interledger.Connector.Rates;
using Interledger.Connector.Routes.Ccp;
using Codius.Testing.Processes;

namespace Codius.Interop.Connectors;

/// <summary>A connector of ours with a BTP port, whose clients are told apart by their secrets.</summary>
internal sealed class OwnConnector : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, BtpServerLink> _links = [];
    private readonly JournalBalanceStore _store;
    private BtpListener? _listener;

    public OwnConnector(string? address)
    {
        Prices.Set(new Dictionary<string, decimal> { ["XRP"] = 0.5m, ["EUR"] = 1.25m, ["ABC"] = 0.001m });
        _store = JournalBalanceStore.Open(new JournalBalanceStoreOptions { Directory = _directory.Path });
        Connector = new IlpConnector(
            new ConnectorOptions
            {
                Address = address is null ? default : IlpAddress.Parse(address),
                RouteBroadcast = new RouteBroadcastOptions { Retry = TimeSpan.FromMilliseconds(300) },
            },
            _store,
            Prices);
    }

    public PriceTable Prices { get; } = new(spread: 0.002m);

    public IlpConnector Connector { get; }

    public static AccountConfig Account(string id, AccountRelation relation, AssetDetails asset) => new()
    {
        Id = id,
        Relation = relation,
        Asset = asset,
        MinimumBalance = null,
        PacketsPerSecond = 100_000,
        PacketBurst = 100_000,
    };

    /// <summary>Adds an account for whoever connects with its name as the secret.</summary>
    public void AddServed(AccountConfig config)
    {
        _links[config.Id] = new BtpServerLink();
        Connector.AddAccount(config, _links[config.Id]);
    }

    public async Task ListenAsync() => _listener = await BtpListener.StartAsync(
        new BtpServer((credentials, _) =>
            ValueTask.FromResult(_links.GetValueOrDefault(Encoding.UTF8.GetString(credentials.Token.Span)))),
        new BtpListenerOptions { Port = 0 });

    public string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{_listener!.Port}";

    public Int128 BalanceOf(string account) => _store.GetBalance(account);

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync();
        await Connector.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Dispose();
    }
}
