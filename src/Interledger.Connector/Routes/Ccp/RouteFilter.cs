using Interledger.Addresses;
using Interledger.Connector.Accounts;

namespace Interledger.Connector.Routes.Ccp;

/// <summary>
/// Whom we believe what. Nobody may tell us of our own addresses or of those that contain us, nor of another allocation
/// scheme; a child may only tell of what is under its own address; an account with
/// <see cref="AccountConfig.AllowedPrefixes"/> only of those. A path with ourselves on it would be a loop.
/// </summary>
internal static class RouteFilter
{
    public static bool Accepts(CcpRoute route, AccountState from, IlpAddress own, int maxPathLength)
    {
        if (!IlpAddress.TryParse(route.Prefix, out var prefix) || route.Path.Count > maxPathLength
            || own.IsEmpty || Scheme(prefix) != Scheme(own) || own.IsPrefixOf(prefix) && !IsChilds(prefix, from))
            return false;
        if (prefix.IsPrefixOf(own) || route.Path.Contains(own.Value)
            || !route.Path.All(hop => IlpAddress.TryParse(hop, out _)))
            return false;
        if (from.Config.Relation == AccountRelation.Child && !IsChilds(prefix, from))
            return false;
        return from.Config.AllowedPrefixes is not { } allowed || allowed.Any(one => IsUnder(prefix.Value, one));
    }

    private static bool IsChilds(IlpAddress prefix, AccountState from) =>
        from.Config.Relation == AccountRelation.Child && !from.Address.IsEmpty && from.Address.IsPrefixOf(prefix);

    private static bool IsUnder(string address, string prefix) =>
        address == prefix || prefix.Length == 0 || address.StartsWith($"{prefix}.", StringComparison.Ordinal);

    private static string Scheme(IlpAddress address) => address.Value[..address.Value.IndexOf('.')];
}
