namespace Codius.Testing.Peers;

/// <summary>An account by ILP over HTTP, as a JavaScript program of test/peers is told it.</summary>
public sealed record HttpAccount(string Address)
{
    /// <summary>Where it posts packets; null for one that only receives.</summary>
    public Uri? Url { get; init; }

    /// <summary>The token that it sends.</summary>
    public string Token { get; init; } = "";

    /// <summary>Where it takes packets; null for one that only sends.</summary>
    public int? Port { get; init; }

    /// <summary>The token that it wants to see.</summary>
    public string Accept { get; init; } = "";

    public string AssetCode { get; init; } = "XRP";

    public int AssetScale { get; init; } = 9;

    internal IEnumerable<string> Arguments =>
    [
        "--http-url", $"{Url}",
        "--http-token", Token,
        "--http-port", $"{Port}",
        "--http-accept", Accept,
        "--http-address", Address,
        "--asset-code", AssetCode,
        "--asset-scale", $"{AssetScale}",
    ];
}
