namespace Codius.Conformance;

/// <summary>
/// Where this host answers otherwise than the original on purpose, and why. A difference that is not here fails the
/// replay, and so does an entry that no longer differs.
/// </summary>
public static class IntendedDifferences
{
    private const string OwnName = "a program says its own name and version";

    private static readonly (string Recording, string Field, string Why)[] Table =
    [
        ("001-version", "body.name", OwnName),
        ("001-version", "body.version", OwnName),
        ("096-proxy-51-char-label-not-pod", "body.name", OwnName),
        ("096-proxy-51-char-label-not-pod", "body.version", OwnName),
        ("008-catchall-get", "status", NotFound),
        ("008-catchall-get", "header.content-type", NotFound),
        ("099-proxy-websocket-host-itself", "status", "the host has no WebSocket: 404 says so, 502 blames a gateway"),
        ("099-proxy-websocket-host-itself", "header.content-type", "a refusal has a body that says why"),
    ];

    private const string NotFound = "an unknown path is 404; only browsers get the host's page with it";

    /// <summary>The fields of one recording that may differ, with the reason of each.</summary>
    public static IReadOnlyDictionary<string, string> Of(string recording) =>
        Table.Where(row => row.Recording == recording).ToDictionary(row => row.Field, row => row.Why, StringComparer.Ordinal);

    public static IEnumerable<string> Recordings => Table.Select(row => row.Recording).Distinct(StringComparer.Ordinal);
}
