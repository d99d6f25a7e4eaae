using Interledger.Stream;

namespace Interledger.Payments;

/// <summary>How far a payment has come.</summary>
/// <param name="Sent">Left the sender, in his minor units.</param>
/// <param name="Delivered">
/// Arrived, as the receiver says, in its minor units. It may count what the sender has in doubt.
/// </param>
/// <param name="InDoubt">
/// Was sent while the link broke or its answer was lost: it may have left the sender or not, in his minor units.
/// </param>
/// <param name="InFlight">Is on its way, in the sender's minor units.</param>
/// <param name="Receipt">The receiver's last receipt (RFC 0039); empty if it gives none.</param>
public readonly record struct PaymentProgress(
    ulong Sent, ulong Delivered, ulong InDoubt, ulong InFlight, ReadOnlyMemory<byte> Receipt);

/// <summary>Why a payment ended.</summary>
public enum PaymentEnd
{
    /// <summary>All was sent, or has arrived.</summary>
    Completed,

    /// <summary>It was cancelled. What was on its way has been waited for.</summary>
    Cancelled,

    /// <summary>The receiver has closed it.</summary>
    ClosedByReceiver,

    /// <summary>Nothing moved for too long: mostly because the receiver takes no more.</summary>
    Stalled,

    /// <summary>As much was sent as the quote allows, and less arrived than was wanted.</summary>
    LimitReached,

    /// <summary>
    /// So much may have been sent that nothing more could be without risk of paying twice; how much it was is in doubt.
    /// </summary>
    Uncertain,

    /// <summary>Nothing can be sent any more; the failure says why.</summary>
    Failed,
}

/// <summary>What a payment came to. All that moved is counted, however it ended.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Totals">
/// What moved. Nothing is in flight any more, unless the link has left a packet without an answer beyond its expiry.
/// </param>
/// <param name="Failure">What went wrong, if it was that.</param>
public sealed record PaymentOutcome(PaymentEnd End, PaymentProgress Totals, StreamFailure? Failure = null)
{
    /// <summary>Whether it came to what was wanted.</summary>
    public bool IsCompleted => End == PaymentEnd.Completed;
}
