namespace Codius.Core.Ledger;

/// <summary>
/// Where money is. What was received is always somewhere: received = held + earned + returned + credited, at every
/// moment and for every asset.
/// </summary>
public enum LedgerAccount
{
    /// <summary>The other side: everything that payers sent and that was fulfilled. Its balance is negative.</summary>
    Received,

    /// <summary>Paid for time that has not been served yet.</summary>
    Held,

    /// <summary>The host's own.</summary>
    Earned,

    /// <summary>Sent back to payers.</summary>
    Returned,

    /// <summary>Owed to the holder of a Pay-Credit.</summary>
    Credited,
}

/// <summary>
/// One movement, from an account to another. The key makes it happen once, however often it is asked for.
/// </summary>
public sealed record LedgerEntry(
    string Key,
    DateTimeOffset At,
    Asset Asset,
    LedgerAccount From,
    LedgerAccount To,
    long Amount,
    string Subject,
    string Reason);

/// <summary>The balance of every account in one asset, in minor units.</summary>
public sealed record LedgerBalances(Asset Asset, long Received, long Held, long Earned, long Returned, long Credited)
{
    /// <summary>Whether nothing was lost and nothing invented.</summary>
    public bool IsBalanced => Received == Held + Earned + Returned + Credited;
}
