using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>How a prefix is reached, as far as neighbours are concerned.</summary>
/// <param name="Via">The account that it leads to; null for ourselves.</param>
/// <param name="Path">The connectors behind that.</param>
/// <param name="Auth">What the origin vouches with.</param>
internal sealed record ToldRoute(AccountState? Via, IReadOnlyList<string> Path, ReadOnlyMemory<byte> Auth)
{
    public bool IsLike(ToldRoute? other) => other is not null && Via == other.Via && Path.SequenceEqual(other.Path);
}

/// <summary>A change of the table that neighbours are told; without a route, the prefix has none any more.</summary>
internal sealed record LoggedRoute(uint Epoch, string Prefix, ToldRoute? Route);

/// <summary>
/// The table that neighbours are told, as the last change of each prefix in the order of their epochs.
/// </summary>
internal sealed class RouteLog
{
    private readonly Dictionary<string, LoggedRoute> _byPrefix = [];
    private readonly SortedDictionary<uint, LoggedRoute> _byEpoch = [];

    public Guid Table { get; } = Guid.NewGuid();

    /// <summary>The epoch that the next change gets.</summary>
    public uint Epoch { get; private set; }

    /// <summary>Notes how a prefix is reached from now on; nothing, if that is as before.</summary>
    public void Note(string prefix, ToldRoute? route)
    {
        _byPrefix.TryGetValue(prefix, out var before);
        if (route is null ? before?.Route is null : route.IsLike(before?.Route))
            return;
        if (before is not null)
            _byEpoch.Remove(before.Epoch);
        var logged = new LoggedRoute(Epoch++, prefix, route);
        (_byPrefix[prefix], _byEpoch[logged.Epoch]) = (logged, logged);
    }

    public IEnumerable<LoggedRoute> From(uint epoch) => _byEpoch.Values.SkipWhile(logged => logged.Epoch < epoch);
}
