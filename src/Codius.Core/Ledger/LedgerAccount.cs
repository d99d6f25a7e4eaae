namespace Codius.Core.Ledger;

/// <summary>
/// Where money is. What was received is always somewhere: received = held + earned + returned + credited, at every
/// moment and for every asset. What is in doubt is a part of what was received.
/// </summary>
public enum LedgerAccount
{
    /// <summary>The other side: what payers sent and the host fulfilled. Its balance is never above zero.</summary>
    Received,

    /// <summary>Paid for time that has not been served yet.</summary>
    Held,

    /// <summary>The host's own.</summary>
    Earned,

    /// <summary>Sent back to payers.</summary>
    Returned,

    /// <summary>Owed to the holder of a Pay-Credit.</summary>
    Credited,

    /// <summary>
    /// The other side as well: what was written down as received, and whose fulfilment the payers' side may never have
    /// got. If so the host has given it away. Its balance is never above zero.
    /// </summary>
    InDoubt,
}
