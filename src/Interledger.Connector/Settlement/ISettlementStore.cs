namespace Interledger.Connector.Settlement;

/// <summary>
/// What settlement needs of the store that keeps the balances: each method is one atomic step, as durable as a commit
/// of <see cref="Balances.IBalanceStore"/> before its task completes.
/// </summary>
public interface ISettlementStore
{
    /// <summary>Settlements that were begun and that no engine has acknowledged yet.</summary>
    IReadOnlyCollection<OutgoingSettlement> PendingSettlements { get; }

    /// <summary>
    /// Credits an incoming settlement, once per account and key. What is too fine for the account's scale is kept and
    /// added to the next one.
    /// </summary>
    ValueTask<SettlementCredit> CreditSettlementAsync(IncomingSettlement settlement);

    /// <summary>
    /// If the balance, without what is reserved for packets, has reached the threshold, lowers it to
    /// <paramref name="settleTo"/> and returns what is to be paid for that; else null.
    /// </summary>
    ValueTask<OutgoingSettlement?> BeginSettlementAsync(
        string account, Int128 threshold, Int128 settleTo, byte assetScale);

    /// <summary>Forgets a pending settlement: the engine has taken it on.</summary>
    ValueTask CompleteSettlementAsync(OutgoingSettlement settlement);
}
