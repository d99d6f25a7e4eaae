using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes;

/// <summary>A route: all addresses that begin with the prefix's segments lead to the account.</summary>
/// <param name="Prefix">Whole segments joined by dots, such as <c>g.example</c> or <c>g</c>; empty for all
/// addresses.</param>
/// <param name="Account">Where they lead.</param>
public sealed record Route(string Prefix, AccountState Account)
{
    /// <summary>Of a route that was learnt: the connectors behind the account, nearest first.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>Of a route that was learnt: what its origin vouches with, hashed once for each hop.</summary>
    public ReadOnlyMemory<byte> Auth { get; init; }

    /// <inheritdoc/>
    public bool Equals(Route? other) =>
        other is not null && Prefix == other.Prefix && Account == other.Account && Path.SequenceEqual(other.Path);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Prefix, Account, Path.Count);
}
