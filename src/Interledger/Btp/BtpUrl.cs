using System.Diagnostics.CodeAnalysis;

namespace Interledger.Btp;

/// <summary>
/// Where a BTP server is and how to authenticate there: <c>btp+ws://:token@host:port/path</c>,
/// <c>btp+wss://user:token@host</c>, or plain <c>ws://</c> and <c>wss://</c>. User and token are sent exactly as they
/// stand in the URL, percent signs and all, because the JavaScript plugins do the same and the token names the account.
/// </summary>
public sealed record BtpUrl
{
    private const string Prefix = "btp+";

    private BtpUrl(Uri server, string username, string token) =>
        (Server, Username, Token) = (server, username, token);

    /// <summary>The WebSocket's URL, without user and token.</summary>
    public Uri Server { get; }

    /// <summary>The account's name; usually empty.</summary>
    public string Username { get; }

    /// <summary>The secret; empty if the URL has none.</summary>
    public string Token { get; private init; }

    /// <summary>
    /// Reads a URL; <paramref name="problem"/> says what is wrong with it and never repeats the secret.
    /// </summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out BtpUrl? url,
        [NotNullWhen(false)] out string? problem)
    {
        (url, problem) = (null, null);
        var rest = text?.Trim() ?? "";
        if (rest.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            rest = rest[Prefix.Length..];
        var authority = rest.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3 || rest[..(authority - 3)].ToLowerInvariant() is not ("ws" or "wss"))
        {
            problem = "a BTP URL begins with btp+ws:// or btp+wss://";
            return false;
        }

        var end = rest.AsSpan(authority).IndexOfAny("/?#");
        var userInfo = end < 0 ? rest[authority..] : rest.Substring(authority, end);
        var at = userInfo.LastIndexOf('@');
        var credentials = at < 0 ? "" : userInfo[..at];
        if (at >= 0)
            rest = rest.Remove(authority, at + 1);
        if (!Uri.TryCreate(rest, UriKind.Absolute, out var server) || server.Host.Length == 0)
        {
            problem = "the BTP URL names no host, or its port is not a number";
            return false;
        }

        var colon = credentials.IndexOf(':');
        url = colon < 0
            ? new BtpUrl(server, credentials, "")
            : new BtpUrl(server, credentials[..colon], credentials[(colon + 1)..]);
        return true;
    }

    /// <summary>The same server with another token.</summary>
    public BtpUrl WithToken(string token) => this with { Token = token };

    /// <summary>The URL without its secret, for people and logs.</summary>
    public override string ToString() => $"{Prefix}{Server}";
}
