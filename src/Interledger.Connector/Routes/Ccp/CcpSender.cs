using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>What one account is told. Guarded by the lock of its <see cref="RouteBroadcaster"/>.</summary>
internal sealed class CcpSender(AccountState account, RouteBroadcastOptions options)
{
    // What fits a packet with room to spare.
    private const int MostOctets = 30_000;

    private CcpMode _mode;
    private uint _known;
    private DateTimeOffset _nextHeartbeat;
    private DateTimeOffset _notBefore;

    public void Handle(CcpRouteControl control, RouteLog log)
    {
        _mode = control.Mode;
        _known = control.LastKnownTable == log.Table ? Math.Min(control.LastKnownEpoch, log.Epoch) : 0;
        (_nextHeartbeat, _notBefore) = (default, default);
    }

    /// <summary>The log was begun anew.</summary>
    public void Restart() => _known = 0;

    /// <summary>Nothing more, until the account asks again; after its link was down.</summary>
    public void Stop() => _mode = CcpMode.Idle;

    /// <summary>The next update, if one is due; it counts as told until <see cref="Refused"/>.</summary>
    public CcpRouteUpdate? Next(RouteLog log, IlpAddress own, DateTimeOffset now)
    {
        if (_mode != CcpMode.Sync || now < _notBefore || (_known == log.Epoch && now < _nextHeartbeat))
            return null;
        var (routes, withdrawn, octets, from) = (new List<CcpRoute>(), new List<string>(), 0, _known);
        var to = log.Epoch;
        foreach (var logged in log.From(from))
        {
            var route = MayTell(logged.Route) ? Describe(logged.Prefix, logged.Route!, own) : null;
            if (route?.Size > MostOctets)
                route = null;
            var size = route?.Size ?? logged.Prefix.Length + 3;
            if (octets + size > MostOctets && octets > 0)
            {
                to = logged.Epoch;
                break;
            }

            octets += size;
            if (route is null)
                withdrawn.Add(logged.Prefix);
            else
                routes.Add(route);
        }

        (_known, _nextHeartbeat) = (to, now + options.Interval);
        return new CcpRouteUpdate(
            log.Table, log.Epoch, from, to, (uint)options.HoldDown.TotalMilliseconds, own.Value, routes, withdrawn);
    }

    /// <summary>An update was not taken: it is told again, after a pause.</summary>
    public void Refused(CcpRouteUpdate update, RouteLog log, DateTimeOffset now)
    {
        if (update.Table == log.Table)
            _known = Math.Min(_known, update.FromEpoch);
        (_nextHeartbeat, _notBefore) = (default, now + options.Retry);
    }

    // Not what it told itself; and a parent is not told the ways to others that we only pass traffic to for nothing.
    private bool MayTell(ToldRoute? route) =>
        route is not null && route.Via != account
        && !(account.Config.Relation == AccountRelation.Parent && route.Via is { Config.Relation: not AccountRelation.Child });

    private static CcpRoute Describe(string prefix, ToldRoute route, IlpAddress own) =>
        new(prefix, [own.Value, .. route.Path], SHA256.HashData(route.Auth.Span));
}
