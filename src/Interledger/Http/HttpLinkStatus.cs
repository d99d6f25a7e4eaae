namespace Interledger.Http;

/// <summary>How the peer has taken what was sent last.</summary>
public enum HttpLinkState
{
    /// <summary>Nothing was answered yet.</summary>
    Idle,

    /// <summary>The peer answers with ILP packets.</summary>
    Working,

    /// <summary>No connection comes about, or it breaks before the answer: name, address, port, TLS.</summary>
    Unreachable,

    /// <summary>The peer does not accept our token (401, 403).</summary>
    TokenRefused,

    /// <summary>The peer is there and says that it cannot take packets now (429, 5xx).</summary>
    Unavailable,

    /// <summary>
    /// Something answers there that does not speak ILP over HTTP: redirects, other statuses, other bodies.
    /// </summary>
    NotIlp,

    /// <summary>The link was disposed of.</summary>
    Closed,
}

/// <summary>A link's state and how it came to it.</summary>
/// <param name="State">How the peer took the last packet.</param>
/// <param name="Detail">More, for a person; may contain words of the peer, never our token.</param>
/// <param name="Failures">How many packets in a row were not answered with a packet.</param>
public sealed record HttpLinkStatus(HttpLinkState State, string Detail = "", int Failures = 0);
