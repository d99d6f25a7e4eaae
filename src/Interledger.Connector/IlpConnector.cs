using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Connector.PeerProtocols;
using Interledger.Connector.Pipeline;
using Interledger.Connector.Rates;
using Interledger.Connector.Routes;
using Interledger.Connector.Routes.Ccp;
using Interledger.Connector.Settlement;
using Interledger.Links;
using Interledger.Packets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector;

/// <summary>
/// Passes packets on between accounts (RFC 0027) and keeps count of what it owes them. What happens to a packet is told
/// by <see cref="ConnectorPipeline.Standard"/>; accounts come and go while it runs.
/// </summary>
public sealed partial class IlpConnector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, AccountState> _accounts = new();
    private readonly PacketPipeline _pipeline;
    private readonly TimeProvider _time;
    private readonly RouteBroadcaster? _broadcaster;
    private readonly Settlements? _settlements;
    private readonly ConnectorMetrics? _ownMetrics;

    /// <summary>Makes a connector without accounts. What is left out is in memory, one for one, and silent.</summary>
    public IlpConnector(
        ConnectorOptions options,
        IBalanceStore? balances = null,
        IExchangeRates? rates = null,
        TimeProvider? time = null,
        ILogger<IlpConnector>? logger = null,
        ConnectorMetrics? metrics = null,
        Settlements? settlements = null)
    {
        logger ??= NullLogger<IlpConnector>.Instance;
        _time = time ?? TimeProvider.System;
        Address = options.Address;
        Balances = balances ?? new InMemoryBalanceStore(_time);
        _settlements = settlements;
        List<IPeerProtocol> protocols = [new IldcpProtocol()];
        if (settlements is not null)
            protocols.Add(new SettlementProtocol(settlements));
        if (options.RouteBroadcast is { } broadcast)
        {
            _broadcaster = new RouteBroadcaster(Routes, Address, broadcast, _time, logger);
            protocols.Add(new CcpProtocol(_broadcaster));
        }

        _pipeline = ConnectorPipeline.Compose(ConnectorPipeline.Standard(
            options,
            Routes,
            Balances,
            rates ?? new SameAssetRates(),
            protocols,
            settlements,
            metrics ?? (_ownMetrics = new ConnectorMetrics()),
            _time,
            logger));
    }

    /// <summary>The connector's own address; empty as long as its parent has not told it.</summary>
    public IlpAddress Address { get; private set; }

    /// <summary>Where packets go. Children, and a parent, have their routes from the start.</summary>
    public RouteTable Routes { get; } = new();

    /// <summary>What the connector owes its accounts.</summary>
    public IBalanceStore Balances { get; }

    /// <summary>The accounts as they are now.</summary>
    public IReadOnlyCollection<AccountState> Accounts => [.. _accounts.Values];

    /// <summary>Finds an account by its name.</summary>
    public bool TryGetAccount(string id, [NotNullWhen(true)] out AccountState? account) =>
        _accounts.TryGetValue(id, out account);

    /// <summary>
    /// Adds an account and begins to answer what comes over its link, which the connector owns from now on.
    /// </summary>
    /// <exception cref="ArgumentException">There is an account of that name already.</exception>
    /// <exception cref="FormatException">The name of a child cannot be part of an address.</exception>
    public AccountState AddAccount(AccountConfig config, IIlpLink link)
    {
        var account = new AccountState(config, AddressFor(config), link, _time);
        if (!_accounts.TryAdd(config.Id, account))
            throw new ArgumentException($"There is an account {config.Id} already.", nameof(config));
        if (!account.Address.IsEmpty)
            Routes.Set(account.Address.Value, account);
        else if (config.Relation == AccountRelation.Parent)
            Routes.Set("", account);
        link.OnPrepare((prepare, _) => HandleAsync(account, prepare));
        _broadcaster?.Add(account);
        _settlements?.Add(account);
        return account;
    }

    /// <summary>Adds a child in this process and returns its end of the link.</summary>
    /// <exception cref="ArgumentException">There is an account of that name already.</exception>
    public IIlpLink AddLocalChild(AccountConfig config)
    {
        var (childs, connectors) = InMemoryLink.CreatePair(_time);
        AddAccount(config, connectors);
        return childs;
    }

    /// <summary>
    /// Removes an account with its routes, closes its link and has its settlement engine told; its balance stays in the
    /// store.
    /// </summary>
    public ValueTask RemoveAccountAsync(string id) => RemoveAccountAsync(id, forGood: true);

    /// <summary>Handles a packet as if it had come over the account's link.</summary>
    public ValueTask<IlpReply> HandleAsync(AccountState account, IlpPrepare prepare) =>
        _pipeline(new PacketContext(Address, account, prepare));

    /// <summary>Stops telling routes and closes all links.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_broadcaster is not null)
            await _broadcaster.DisposeAsync();
        foreach (var id in _accounts.Keys)
            await RemoveAccountAsync(id, forGood: false);
        _ownMetrics?.Dispose();
    }

    private async ValueTask RemoveAccountAsync(string id, bool forGood)
    {
        if (!_accounts.TryRemove(id, out var account))
            return;
        _broadcaster?.Remove(account);
        _settlements?.Remove(account, forGood);
        Routes.RemoveAll(account);
        await account.Link.DisposeAsync();
    }

    private IlpAddress AddressFor(AccountConfig config)
    {
        if (config.Relation != AccountRelation.Child)
            return default;
        return config.Address ?? (Address.IsEmpty ? default : Address.Append(config.Id));
    }
}
