namespace Codius.Core.Earnings;

/// <summary>How far a payout has come. Each step is recorded before the next one is taken.</summary>
public enum PayoutState
{
    /// <summary>It is about to be set aside; nothing has been sent.</summary>
    Open,

    /// <summary>It is set aside, and may be on its way.</summary>
    Funded,

    /// <summary>It is known what became of it; the rest goes back to the account.</summary>
    Settling,

    /// <summary>It is over.</summary>
    Settled,
}

/// <summary>
/// Earnings on their way to a payment pointer. Of the amount, what was not sent goes back to the account, and so does
/// what is in doubt, at the host's risk.
/// </summary>
/// <param name="Id">Names it in the books.</param>
/// <param name="Account">The account that it comes from.</param>
/// <param name="Pointer">Where it goes to.</param>
/// <param name="Amount">What was set aside for it, in minor units of the account's asset.</param>
/// <param name="At">When it began.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Sent">What has left, and is known to have.</param>
/// <param name="InDoubt">What may have left; it was given back to the account.</param>
/// <param name="Problem">Why not all was sent, in words for the uploader.</param>
public sealed record Payout(
    string Id,
    string Account,
    string Pointer,
    long Amount,
    DateTimeOffset At,
    PayoutState State = PayoutState.Open,
    long Sent = 0,
    long InDoubt = 0,
    string? Problem = null);

/// <summary>
/// What all payouts of an account have sent, what was in doubt of those that are over, and what was set aside for those
/// that are not.
/// </summary>
public sealed record PayoutSums(long Sent, long InDoubt, long UnderWay);
