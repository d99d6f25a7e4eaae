namespace Codius.Conformance;

/// <summary>
/// Where this host answers otherwise than the original on purpose, and why. A difference that is not here fails the
/// replay, and so does an entry that no longer differs.
/// </summary>
public static class IntendedDifferences
{
    private const string Name = "a program says its own name and version";
    private const string NotFound = "an unknown path is 404; only browsers get the host's page with it";
    private const string NoGateway = "the host has no WebSocket: 404 and why, where the original blames a gateway";
    private const string Duration = "a duration that is no whole number of seconds from 1 on has no price";
    private const string Port = "the original's pattern for ports has no anchors";
    private const string Paths = "names the path and what is wrong there";
    private const string NotPublic = "says which variable, without printing the manifest's variables";
    private const string Why = "says what went wrong with the pod; nothing was paid";
    private const string BeforeMoney = "checked before money is asked for, where the original kept it";
    private const string Logs = "containers have their manifest's names, and no side container writes among them";
    private const string Hop = "Connection is about the client's hop; pods are spoken to over connections of their own";
    private const string Forwarded = "what a stranger says about proxies is replaced";
    private const string NoBody = "a request without a body has no length";

    /// <summary>A refusal where the original asked for money.</summary>
    private static readonly string[] Refusal =
        ["status", "header.pay", "body.statusCode", "body.error", "body.message"];

    private static readonly Row[] Table =
    [
        new("001-version", Name, "body.name", "body.version"),
        new("096-proxy-51-char-label-not-pod", Name, "body.name", "body.version"),
        new("008-catchall-get", NotFound, "status", "header.content-type"),
        new("099-proxy-websocket-host-itself", NoGateway, "status", "header.content-type"),

        new("029-options-quote-duration-0", Duration, Refusal),
        new("030-options-quote-duration-abc", Duration, Refusal),
        new("031-options-quote-duration-negative", Duration, Refusal),
        new("032-options-quote-duration-1.5", Duration, Refusal),

        new("035-post-schema-no-manifest", Paths, "body.message"),
        new("036-post-schema-null-manifest", Paths, "body.message"),
        new("037-post-schema-no-name", Paths, "body.message"),
        new("038-post-schema-no-version", Paths, "body.message"),
        new("039-post-schema-no-containers", Paths, "body.message"),
        new("041-post-schema-extra-top", Paths, "body.message"),
        new("042-post-schema-extra-manifest", Paths, "body.message"),
        new("043-post-schema-extra-container", Paths, "body.message"),
        new("044-post-schema-container-no-image", Paths, "body.message"),
        new("046-post-schema-port-number-type", Paths, "body.message"),
        new("047-post-schema-port-0", Paths, "body.message"),
        new("048-post-schema-port-abc", Paths, "body.message"),
        new("049-post-schema-port-x80y", Port, Refusal),
        new("050-post-schema-env-number", Paths, "body.message"),
        new("051-post-schema-command-string", Paths, "body.message"),
        new("053-post-schema-var-bad-encoding", Paths, "body.message"),
        new("054-post-schema-private-extra", Paths, "body.message"),
        new("055-post-schema-private-var-no-nonce", Paths, "body.message"),
        new("057-post-schema-debug-notbool", Paths, "body.message"),
        new("062-post-env-codius-reserved", Paths, "body.message"),
        new("064-post-var-unknown-no-vars", Paths, "body.message"),
        new("065-post-private-var-missing", NotPublic, "body.message"),
        new("073-post-paid-broken-image-500", Why, "body.message"),
        new("084-pods-put-paid-no-hash", BeforeMoney, Refusal),

        new("087-logs-debug", Logs, "body"),
        new("088-logs-debug-follow-3s", Logs, "body"),
        new("091-proxy-ok-get", Forwarded, "body.headers.x-forwarded-for"),
        new("091-proxy-ok-get", Hop, "body.headers.connection"),
        new("092-proxy-ok-post", Hop, "body.headers.connection"),
        new("093-proxy-ok-options", Hop, "body.headers.connection"),
        new("093-proxy-ok-options", NoBody, "body.headers.content-length"),
        new("095-proxy-any-domain", Hop, "body.headers.connection"),
    ];

    /// <summary>The fields of one recording that may differ.</summary>
    public static IReadOnlySet<string> Of(string recording) => Table
        .Where(row => row.Recording == recording)
        .SelectMany(row => row.Fields)
        .ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<string> Recordings => Table.Select(row => row.Recording).Distinct(StringComparer.Ordinal);

    private sealed record Row(string Recording, string Reason, params string[] Fields);
}
