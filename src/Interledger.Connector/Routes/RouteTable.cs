using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Interledger.Addresses;
using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes;

/// <summary>A route: all addresses that begin with the prefix's segments lead to the account.</summary>
/// <param name="Prefix">Whole segments joined by dots, such as <c>g.example</c> or <c>g</c>; empty for all
/// addresses.</param>
/// <param name="Account">Where they lead.</param>
public sealed record Route(string Prefix, AccountState Account);

/// <summary>Finds the account for an address by the longest prefix that has a route.</summary>
public sealed class RouteTable
{
    private readonly ConcurrentDictionary<string, Route> _routes = new();
    private readonly ConcurrentDictionary<string, Route>.AlternateLookup<ReadOnlySpan<char>> _byPrefix;

    /// <summary>Makes an empty table.</summary>
    public RouteTable() => _byPrefix = _routes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The routes as they are now.</summary>
    public IReadOnlyCollection<Route> Routes => [.. _routes.Values];

    /// <summary>Sets the route of a prefix, in place of an earlier one.</summary>
    /// <exception cref="FormatException">It is no prefix of an address.</exception>
    public void Set(string prefix, AccountState account)
    {
        if (prefix.Length > 0 && !IlpAddress.IsValid($"{prefix}.x"))
            throw new FormatException($"Not a prefix of ILP addresses: {prefix}");
        _routes[prefix] = new Route(prefix, account);
    }

    /// <summary>Removes the route of a prefix, if it leads to this account.</summary>
    public void Remove(string prefix, AccountState account)
    {
        if (_routes.TryGetValue(prefix, out var route) && route.Account == account)
            _routes.TryRemove(KeyValuePair.Create(prefix, route));
    }

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
}
