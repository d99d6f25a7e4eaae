namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Where a registry sends strangers for a token: the challenge <c>Bearer realm="…",service="…",scope="…"</c> of
/// https://distribution.github.io/distribution/spec/auth/token/.
/// </summary>
internal static class TokenAddress
{
    public static Uri? Read(string? challenge)
    {
        var values = Parameters(challenge ?? "");
        if (!values.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
            return null;
        var query = string.Join('&', new[] { "service", "scope" }
            .Where(values.ContainsKey)
            .Select(n => $"{n}={Uri.EscapeDataString(values[n])}"));
        return new UriBuilder(address) { Query = query }.Uri;
    }

    private static Dictionary<string, string> Parameters(string challenge)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = challenge.AsSpan();
        while (rest.IndexOf("=\"") is var equals and > 0)
        {
            var name = rest[..equals].Trim(" ,").ToString();
            rest = rest[(equals + 2)..];
            if (rest.IndexOf('"') is not (var end and >= 0))
                break;
            values[name] = rest[..end].ToString();
            rest = rest[(end + 1)..];
        }

        return values;
    }
}
