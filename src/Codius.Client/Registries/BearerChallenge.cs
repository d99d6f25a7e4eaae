using System.Text.RegularExpressions;
using Codius.Client.Hosts;

namespace Codius.Client.Registries;

/// <summary>
/// The parameters of <c>WWW-Authenticate: Bearer realm="…",service="…",scope="…"</c> (RFC 6750, section 3).
/// </summary>
internal sealed partial record BearerChallenge(Uri Realm, string? Service, string? Scope)
{
    /// <summary>Null when it is not one, or would ask for the token over a connection that others can read.</summary>
    public static BearerChallenge? TryParse(string? parameters)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(parameters ?? ""))
            values.TryAdd(match.Groups["name"].Value, match.Groups["value"].Value);
        if (!Uri.TryCreate(values.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
            || !(realm.Scheme == Uri.UriSchemeHttps
                || (realm.Scheme == Uri.UriSchemeHttp && HostUri.IsThisMachine(realm.Host))))
            return null;
        return new BearerChallenge(realm, values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"));
    }

    [GeneratedRegex("(?<name>[A-Za-z]+)\\s*=\\s*\"(?<value>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
