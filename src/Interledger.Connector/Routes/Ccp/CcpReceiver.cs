using Interledger.Addresses;
using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>What is learnt from one account. Guarded by the lock of its <see cref="RouteBroadcaster"/>.</summary>
internal sealed class CcpReceiver(AccountState account, RouteTable routes, RouteBroadcastOptions options)
{
    private readonly Dictionary<string, int> _sizes = [];
    private Guid _table;
    private uint _epoch;
    private int _octets;

    /// <summary>When all is forgotten, unless there is another update before.</summary>
    public DateTimeOffset GoodUntil { get; private set; }

    /// <summary>How to ask for what is not known yet.</summary>
    public CcpRouteControl Request => new(CcpMode.Sync, _table, _epoch);

    /// <summary>Takes an update on; false if something before it is missing.</summary>
    public bool Handle(CcpRouteUpdate update, IlpAddress own, DateTimeOffset now)
    {
        if (update.Table != _table)
        {
            Forget();
            _table = update.Table;
        }

        if (update.FromEpoch > _epoch)
            return false;
        var holdDown = TimeSpan.FromMilliseconds(update.HoldDownMilliseconds);
        GoodUntil = now + (holdDown < options.MaxHoldDown ? holdDown : options.MaxHoldDown);
        if (update.ToEpoch < _epoch)
            return true;
        foreach (var prefix in update.WithdrawnRoutes)
            Forget(prefix);
        foreach (var route in update.NewRoutes)
            Learn(route, own);
        _epoch = update.ToEpoch;
        return true;
    }

    /// <summary>Forgets all routes, and that they were ever told; whether there were any.</summary>
    public bool Forget()
    {
        var any = _sizes.Count > 0;
        foreach (var prefix in _sizes.Keys.ToArray())
            Forget(prefix);
        (_table, _epoch) = (Guid.Empty, 0);
        return any;
    }

    private void Learn(CcpRoute route, IlpAddress own)
    {
        var size = route.Size;
        var known = _sizes.TryGetValue(route.Prefix, out var before);
        if (!RouteFilter.Accepts(route, account, own, options.MaxPathLength)
            || (!known && _sizes.Count >= options.MaxRoutesPerAccount)
            || _octets - before + size > options.MaxOctetsPerAccount)
        {
            // The old one is no longer what the account says.
            Forget(route.Prefix);
            return;
        }

        _sizes[route.Prefix] = size;
        _octets += size - before;
        routes.Learn(new Route(route.Prefix, account) { Path = route.Path, Auth = route.Auth });
    }

    private void Forget(string prefix)
    {
        if (!_sizes.Remove(prefix, out var size))
            return;
        _octets -= size;
        routes.Forget(prefix, account);
    }
}
