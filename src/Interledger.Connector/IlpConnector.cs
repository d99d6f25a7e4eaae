using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Connector.Pipeline;
using Interledger.Connector.Rates;
using Interledger.Connector.Routes;
using Interledger.Links;
using Interledger.Packets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Connector;

/// <summary>
/// Passes packets on between accounts (RFC 0027) and keeps count of what it owes them. What happens to a packet is told
/// by <see cref="ConnectorPipeline.Standard"/>; accounts come and go while it runs.
/// </summary>
public sealed class IlpConnector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, AccountState> _accounts = new();
    private readonly PacketPipeline _pipeline;
    private readonly TimeProvider _time;

    /// <summary>Makes a connector without accounts. What is left out is in memory, one for one, and silent.</summary>
    public IlpConnector(
        ConnectorOptions options,
        IBalanceStore? balances = null,
        IExchangeRates? rates = null,
        TimeProvider? time = null,
        ILogger<IlpConnector>? logger = null)
    {
        Address = options.Address;
        Balances = balances ?? new InMemoryBalanceStore();
        _time = time ?? TimeProvider.System;
        _pipeline = ConnectorPipeline.Compose(ConnectorPipeline.Standard(
            options,
            Routes,
            Balances,
            rates ?? new SameAssetRates(),
            _time,
            logger ?? NullLogger<IlpConnector>.Instance));
    }

    /// <summary>The connector's own address.</summary>
    public IlpAddress Address { get; }

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
        var isChild = config.Relation == AccountRelation.Child;
        var address = isChild ? config.Address ?? Address.Append(config.Id) : default;
        var account = new AccountState(config, address, link, _time);
        if (!_accounts.TryAdd(config.Id, account))
            throw new ArgumentException($"There is an account {config.Id} already.", nameof(config));
        if (isChild)
            Routes.Set(address.Value, account);
        else if (config.Relation == AccountRelation.Parent)
            Routes.Set("", account);
        link.OnPrepare((prepare, _) => HandleAsync(account, prepare));
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

    /// <summary>Removes an account with its routes and closes its link; its balance stays in the store.</summary>
    public async ValueTask RemoveAccountAsync(string id)
    {
        if (!_accounts.TryRemove(id, out var account))
            return;
        foreach (var route in Routes.Routes.Where(route => route.Account == account))
            Routes.Remove(route.Prefix, account);
        await account.Link.DisposeAsync();
    }

    /// <summary>Handles a packet as if it had come over the account's link.</summary>
    public ValueTask<IlpReply> HandleAsync(AccountState account, IlpPrepare prepare) =>
        _pipeline(new PacketContext(Address, account, prepare));

    /// <summary>Closes all links.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var id in _accounts.Keys)
            await RemoveAccountAsync(id);
    }
}
