namespace Interledger.Http;

/// <summary>
/// How an ILP over HTTP link sends, and what it allows its peer. Its text form leaves out the token.
/// </summary>
public sealed record HttpLinkOptions
{
    /// <summary>
    /// The peer's URL, http or https, to which packets are posted; null for a link that only receives.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The secret that the peer knows us by; visible ASCII. Empty only without an endpoint.</summary>
    public string Token { get; init; } = "";

    /// <summary>
    /// How many packets that we sent may wait for an answer; more are answered T02 at once. Over HTTP/1.1 each of them
    /// has a connection of its own, so this is also the most connections to the peer.
    /// </summary>
    public int MaxOutstanding { get; init; } = 256;

    /// <summary>How many packets of the peer may wait for our answer; more are answered T03 at once.</summary>
    public int MaxUnanswered { get; init; } = 1000;

    /// <summary>How long it may take to connect.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an idle connection is kept. A little less than the five seconds after which servers on Node close
    /// theirs: what is sent into a connection that closes is lost.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a connection is used at most, so that a changed DNS entry is noticed.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string ToString() => $"ILP over HTTP to {Endpoint?.ToString() ?? "nobody"}";
}
