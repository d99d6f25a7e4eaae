using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances;

/// <summary>One fulfilled packet: both sides of it in one entry, so that no crash can part them.</summary>
/// <param name="From">The number of the account that paid.</param>
/// <param name="AmountIn">What it paid.</param>
/// <param name="To">The number of the account that was paid.</param>
/// <param name="AmountOut">What it was paid.</param>
internal readonly record struct TransferEntry(int From, ulong AmountIn, int To, ulong AmountOut);

/// <summary>Anything else that changes balances for good.</summary>
/// <param name="Account">The number of the account.</param>
internal abstract record BalanceEntry(int Account);

/// <summary>From now on the number stands for this account.</summary>
internal sealed record AccountNamed(int Account, string Name) : BalanceEntry(Account);

/// <summary>What an account has, whatever was said of it before.</summary>
internal sealed record BalanceStands(int Account, Int128 Settled, SettlementQuantity Leftover) : BalanceEntry(Account);

/// <summary>An incoming settlement: what was told, what of it was credited, and what is now left over.</summary>
internal sealed record SettlementReceived(
    int Account, string Key, SettlementQuantity Quantity, Int128 Credited, SettlementQuantity Leftover, long At)
    : BalanceEntry(Account);

/// <summary>An outgoing settlement: the balance is lower by it, and an engine is to be told.</summary>
internal sealed record SettlementBegun(int Account, string Key, SettlementQuantity Quantity) : BalanceEntry(Account);

/// <summary>The engine was told.</summary>
internal sealed record SettlementCompleted(int Account, string Key) : BalanceEntry(Account);
