namespace Interledger.Btp;

/// <summary>What a BTP connection allows its peer, in either role.</summary>
public sealed record BtpOptions
{
    /// <summary>
    /// The largest packet that is read, in bytes. An ILP packet has at most 32 768 bytes of data and some 1 200 around.
    /// </summary>
    public int MaxFrameSize { get; init; } = 64 * 1024;

    /// <summary>How many packets that we sent may wait for an answer; more are answered T02 at once.</summary>
    public int MaxOutstanding { get; init; } = 1000;

    /// <summary>How many packets of the peer may wait for our answer; more are answered T03 at once.</summary>
    public int MaxUnanswered { get; init; } = 1000;

    /// <summary>How often an idle peer is pinged.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a ping may stay unanswered before the connection counts as lost.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection may take to say goodbye.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
