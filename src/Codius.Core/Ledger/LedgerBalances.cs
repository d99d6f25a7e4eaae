namespace Codius.Core.Ledger;

/// <summary>
/// The balance of every account in one asset, in minor units. <paramref name="Received"/> is all that was written down
/// as received; <paramref name="InDoubt"/> is the part of it of which nobody knows whether payers have sent it.
/// </summary>
public sealed record LedgerBalances(
    Asset Asset, long Received, long Held, long Earned, long Returned, long Credited, long InDoubt = 0)
{
    /// <summary>Whether nothing was lost and nothing invented.</summary>
    public bool IsBalanced => Received == Held + Earned + Returned + Credited;
}
