using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances;

/// <summary>Balances that last as long as the process.</summary>
/// <param name="time">The clock, or the system's.</param>
public sealed class InMemoryBalanceStore(TimeProvider? time = null) : IBalanceStore, ISettlementStore
{
    private readonly Lock _lock = new();
    private readonly BalanceBook _book = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public IReadOnlyCollection<OutgoingSettlement> PendingSettlements
    {
        get
        {
            lock (_lock)
                return _book.Pending;
        }
    }

    /// <inheritdoc/>
    public ReservationResult TryReserve(in BalanceTransfer transfer)
    {
        lock (_lock)
            return _book.TryReserve(transfer);
    }

    /// <inheritdoc/>
    public void Release(in BalanceTransfer transfer)
    {
        lock (_lock)
            _book.Release(transfer);
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(BalanceTransfer transfer)
    {
        lock (_lock)
        {
            _book.Release(transfer);
            _book.Apply(new TransferEntry(
                _book.Of(transfer.From).Index, transfer.AmountIn, _book.Of(transfer.To).Index, transfer.AmountOut));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Int128 GetBalance(string account)
    {
        lock (_lock)
            return _book.GetBalance(account);
    }

    /// <inheritdoc/>
    public ValueTask<SettlementCredit> CreditSettlementAsync(IncomingSettlement settlement)
    {
        lock (_lock)
        {
            if (_book.Receive(settlement, _time.GetUtcNow(), out var result) is { } received)
                _book.Apply(received);
            return ValueTask.FromResult(result);
        }
    }

    /// <inheritdoc/>
    public ValueTask<OutgoingSettlement?> BeginSettlementAsync(
        string account, Int128 threshold, Int128 settleTo, byte assetScale)
    {
        lock (_lock)
        {
            if (_book.BeginSettlement(account, threshold, settleTo, assetScale) is not { } begun)
                return ValueTask.FromResult<OutgoingSettlement?>(null);
            _book.Apply(begun);
            return ValueTask.FromResult<OutgoingSettlement?>(_book.PendingBy(begun.Key));
        }
    }

    /// <inheritdoc/>
    public ValueTask CompleteSettlementAsync(OutgoingSettlement settlement)
    {
        lock (_lock)
            _book.Apply(new SettlementCompleted(_book.Of(settlement.Account).Index, settlement.Key));
        return ValueTask.CompletedTask;
    }
}
