using System.Net;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Uplink;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Microsoft.Extensions.Options;

namespace Codius.Host.PodAccounts;

/// <summary>
/// The connector whose children are the pods. It stands behind the host's uplink, below the host's address, and is
/// there from the moment that both are known. A pod is known by the network address that it connects from, which the
/// firewall vouches for; what it gives as a secret does not matter.
/// </summary>
internal sealed partial class PodConnector(
    UplinkShare share,
    PodBooks books,
    IOptions<PodAccountOptions> options,
    TimeProvider time,
    ILoggerFactory loggers) : IPodAccounts, IAsyncDisposable
{
    private const string UplinkAccount = "uplink";
    private const string TillAccount = "till";
    private const int MostFromUplink = 1_000_000;

    // What is appended to the host's address for a connection of a program in a pod.
    private const int RoomForPods = 300;

    private readonly ILogger _log = loggers.CreateLogger<PodConnector>();
    private readonly Lock _lock = new();
    private readonly Dictionary<PodId, Tenant> _tenants = [];
    private IlpConnector? _connector;
    private AssetDetails _asset;

    /// <summary>
    /// Raised when a pod has left an account, or when there is a connector: something may be paid out now.
    /// </summary>
    public event EventHandler? Changed;

    /// <summary>The connector, and what its accounts are counted in; null before the uplink was ready once.</summary>
    public (IlpConnector Connector, AssetDetails Asset)? Current
    {
        get
        {
            lock (_lock)
                return _connector is { } connector ? (connector, _asset) : null;
        }
    }

    /// <summary>Takes the address and asset of the uplink, and gives all pods accounts in them.</summary>
    public async Task FollowAsync(UplinkState state)
    {
        if (state is not { IsReady: true, Asset: { } asset })
            return;
        if (state.Address.Value.Length > IlpAddress.MaxLength - RoomForPods)
        {
            LogNoRoom(_log, state.Address.Value.Length);
            return;
        }

        IlpConnector? before;
        lock (_lock)
        {
            var address = state.Address.Append(UplinkShare.Segment);
            if (_connector?.Address == address && _asset == asset)
                return;
            before = _connector;
            (_connector, _asset) = (Make(state, asset), asset);
            foreach (var tenant in _tenants.Values)
                Open(tenant);
            LogOpen(_log, address.Value, asset.ToString());
        }

        Changed?.Invoke(this, EventArgs.Empty);
        if (before is not null)
            await before.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Enter(PodId pod, ManifestHash manifest, CapabilityId? owner, IPAddress address)
    {
        var tenant = new Tenant(pod, manifest, owner, address);
        lock (_lock)
        {
            if (_tenants.TryGetValue(pod, out var known) && known.Address.Equals(address))
                return;
            foreach (var other in _tenants.Values.Where(other => tenant.Excludes(other)).ToList())
                Close(other);
            _tenants[pod] = tenant;
            Open(tenant);
        }
    }

    /// <inheritdoc/>
    public void Leave(PodId pod)
    {
        lock (_lock)
        {
            if (!_tenants.TryGetValue(pod, out var tenant))
                return;
            Close(tenant);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Whether a pod has the account now.</summary>
    public bool IsInUse(string account)
    {
        lock (_lock)
            return _tenants.Values.Any(tenant => tenant.Account == account);
    }

    /// <summary>Who serves whatever connects from an address; null where no pod is, or no uplink yet.</summary>
    public BtpServer? ServerFor(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        lock (_lock)
            return _tenants.Values.FirstOrDefault(tenant => tenant.Address.Equals(plain))?.Server;
    }

    public async ValueTask DisposeAsync()
    {
        IlpConnector? connector;
        lock (_lock)
            (connector, _connector) = (_connector, null);
        if (connector is not null)
            await connector.DisposeAsync();
    }

    private IlpConnector Make(UplinkState state, AssetDetails asset)
    {
        var connector = new IlpConnector(
            new ConnectorOptions { Address = state.Address.Append(UplinkShare.Segment) },
            books.Store,
            time: time,
            logger: loggers.CreateLogger<IlpConnector>());
        // What goes out and comes in there is the host's, whose account with its provider has limits of its own.
        var ours = new AccountConfig
        {
            Id = UplinkAccount,
            Relation = AccountRelation.Parent,
            Asset = asset,
            MinimumBalance = null,
            PacketsPerSecond = MostFromUplink,
            PacketBurst = MostFromUplink,
            MaxOutstanding = MostFromUplink,
        };
        connector.AddAccount(ours, share.Pods);
        var till = connector.AddAccount(
            ours with { Id = TillAccount, Relation = AccountRelation.Peer }, share.OpenWayToTill(time));
        connector.Routes.Set(state.Address.Value, till);
        return connector;
    }

    private void Open(Tenant tenant)
    {
        if (_connector is null)
            return;
        tenant.Account = PodAccountName.Of(tenant.Manifest, tenant.Owner, _asset.ToAsset());
        var clients = new PodClients(time);
        var account = _connector.AddAccount(Describe(tenant.Account), clients);
        clients.Settle(account.Address, _asset, _connector.Address);
        tenant.Server = clients.CreateServer();
    }

    private AccountConfig Describe(string account) => new()
    {
        Id = account,
        Relation = AccountRelation.Child,
        Asset = _asset,
        WaitsForDisk = true,
        PacketsPerSecond = options.Value.PacketsPerSecond,
        PacketBurst = options.Value.PacketsPerSecond * 10,
        MaxOutstanding = options.Value.MaxOutstanding,
    };

    // Its connections are closed in the background: they may take a moment to say goodbye.
    private void Close(Tenant tenant)
    {
        _tenants.Remove(tenant.Pod);
        if (_connector is { } connector && tenant.Account is { } account)
            _ = connector.RemoveAccountAsync(account).AsTask();
    }

    [LoggerMessage(LogLevel.Warning, "The host's address has {Length} characters: no room for those of pods below it")]
    private static partial void LogNoRoom(ILogger log, int length);

    [LoggerMessage(LogLevel.Information, "Pods have accounts below {Address} in {Asset}")]
    private static partial void LogOpen(ILogger log, string address, string asset);

    /// <summary>A pod that has a network.</summary>
    private sealed class Tenant(PodId pod, ManifestHash manifest, CapabilityId? owner, IPAddress address)
    {
        public PodId Pod => pod;

        public ManifestHash Manifest => manifest;

        public CapabilityId? Owner => owner;

        public IPAddress Address => address;

        public string? Account { get; set; }

        public BtpServer? Server { get; set; }

        /// <summary>One address has one pod, and one account has one pod at a time.</summary>
        public bool Excludes(Tenant other) => other.Pod == Pod || other.Address.Equals(Address)
            || (other.Manifest == Manifest && other.Owner == Owner);
    }
}
