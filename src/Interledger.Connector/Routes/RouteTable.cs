using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Interledger.Addresses;
using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes;

/// <summary>
/// Finds the account for an address by the longest prefix that has a route. A prefix may have one route that was set,
/// which always wins, and one from each account that was learnt from it; of those a child's is better than a peer's and
/// a peer's than a parent's, then the shorter path wins, then the account's name.
/// </summary>
public sealed class RouteTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Route> _set = [];
    private readonly Dictionary<string, List<Route>> _learnt = [];
    private readonly ConcurrentDictionary<string, Route> _best = new();
    private readonly ConcurrentDictionary<string, Route>.AlternateLookup<ReadOnlySpan<char>> _byPrefix;

    private Action<string>? _changed;

    /// <summary>Makes an empty table.</summary>
    public RouteTable() => _byPrefix = _best.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The routes that are used as they are now.</summary>
    public IReadOnlyCollection<Route> Routes => [.. _best.Values];

    /// <summary>Sets the route of a prefix, in place of an earlier one that was set.</summary>
    /// <exception cref="FormatException">It is no prefix of an address.</exception>
    public void Set(string prefix, AccountState account)
    {
        if (!IsPrefix(prefix))
            throw new FormatException($"Not a prefix of ILP addresses: {prefix}");
        Update(prefix, () => _set[prefix] = new Route(prefix, account));
    }

    /// <summary>Removes the route that was set for a prefix, if it leads to this account.</summary>
    public void Remove(string prefix, AccountState account) => Update(prefix, () =>
    {
        if (_set.TryGetValue(prefix, out var route) && route.Account == account)
            _set.Remove(prefix);
    });

    /// <summary>Takes a route that an account has told, in place of its earlier one for the prefix.</summary>
    /// <exception cref="FormatException">It is no prefix of an address.</exception>
    public void Learn(Route route)
    {
        if (!IsPrefix(route.Prefix))
            throw new FormatException($"Not a prefix of ILP addresses: {route.Prefix}");
        Update(route.Prefix, () =>
        {
            Unlearn(route.Prefix, route.Account);
            if (!_learnt.TryGetValue(route.Prefix, out var routes))
                _learnt[route.Prefix] = routes = [];
            routes.Add(route);
        });
    }

    /// <summary>Forgets what an account has told of a prefix.</summary>
    public void Forget(string prefix, AccountState account) => Update(prefix, () => Unlearn(prefix, account));

    /// <summary>Removes all routes to an account.</summary>
    public void RemoveAll(AccountState account)
    {
        List<string> prefixes;
        lock (_lock)
        {
            prefixes =
            [
                .. _set.Values.Where(route => route.Account == account).Select(route => route.Prefix),
                .. _learnt.Values.SelectMany(routes => routes).Where(route => route.Account == account)
                    .Select(route => route.Prefix),
            ];
        }

        foreach (var prefix in prefixes)
        {
            Remove(prefix, account);
            Forget(prefix, account);
        }
    }

    /// <summary>The route of exactly this prefix.</summary>
    public bool TryGet(string prefix, [NotNullWhen(true)] out Route? route) => _best.TryGetValue(prefix, out route);

    /// <summary>Finds the route for the destination of a packet.</summary>
    public bool TryFind(ReadOnlySpan<byte> destinationAscii, [NotNullWhen(true)] out Route? route)
    {
        Span<char> text = stackalloc char[IlpAddress.MaxLength];
        var prefix = text[..Encoding.ASCII.GetChars(destinationAscii, text)];
        while (!_byPrefix.TryGetValue(prefix, out route))
        {
            if (prefix.IsEmpty)
                return false;
            var dot = prefix.LastIndexOf('.');
            prefix = prefix[..Math.Max(dot, 0)];
        }

        return true;
    }

    /// <summary>Sets who is told of prefixes whose best route is another one now, or that have none any more.</summary>
    internal void OnChange(Action<string> listener) => _changed = listener;

    private static bool IsPrefix(string prefix) => prefix.Length == 0 || IlpAddress.IsValid($"{prefix}.x");

    private void Update(string prefix, Action change)
    {
        lock (_lock)
        {
            change();
            var best = Best(prefix);
            _best.TryGetValue(prefix, out var before);
            if (best is null)
                _best.TryRemove(prefix, out _);
            else
                _best[prefix] = best;
            if (Equals(best, before))
                return;
        }

        // Outside of the lock: whoever listens has locks of his own.
        _changed?.Invoke(prefix);
    }

    private Route? Best(string prefix)
    {
        if (_set.TryGetValue(prefix, out var set))
            return set;
        return _learnt.TryGetValue(prefix, out var routes)
            ? routes.OrderByDescending(route => route.Account.Config.Relation)
                .ThenBy(route => route.Path.Count)
                .ThenBy(route => route.Account.Id, StringComparer.Ordinal)
                .First()
            : null;
    }

    private void Unlearn(string prefix, AccountState account)
    {
        if (!_learnt.TryGetValue(prefix, out var routes))
            return;
        routes.RemoveAll(route => route.Account == account);
        if (routes.Count == 0)
            _learnt.Remove(prefix);
    }
}
