using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>Why money or data could not be sent any more.</summary>
public enum StreamFailureReason
{
    /// <summary>There is no way to the peer, or nobody there.</summary>
    Unreachable,

    /// <summary>Attempt after attempt failed.</summary>
    GaveUp,

    /// <summary>Nothing arrived of what was sent as a test, so the exchange rate is unknown.</summary>
    NoRate,

    /// <summary>Less would arrive than the slippage or the minimum rate allows.</summary>
    RateTooLow,

    /// <summary>The peer or a connector on the way refused for good.</summary>
    Refused,

    /// <summary>The connection was closed.</summary>
    Closed,

    /// <summary>The connection has sent as many packets as its keys allow.</summary>
    Exhausted,

    /// <summary>A bug on this side.</summary>
    Internal,
}

/// <summary>
/// Why sending ended. Money that did move is counted by <see cref="MoneyStream.TotalSent"/>; nothing else moved.
/// </summary>
/// <param name="Reason">What kind of failure it is.</param>
/// <param name="Message">Words for a person; parts of them may come from a stranger.</param>
/// <param name="Code">The code of the Reject that led to it, if one did.</param>
public sealed record StreamFailure(StreamFailureReason Reason, string Message, IlpErrorCode Code = default)
{
    /// <summary>Whether the same may succeed later.</summary>
    public bool IsTemporary => Reason is StreamFailureReason.GaveUp or StreamFailureReason.NoRate;
}
