using System.Collections.Concurrent;

namespace Interledger.Connector.Balances;

/// <summary>Balances that last as long as the process.</summary>
public sealed class InMemoryBalanceStore : IBalanceStore
{
    private readonly ConcurrentDictionary<string, Balance> _balances = new();

    /// <inheritdoc/>
    public ReservationResult TryReserve(in BalanceTransfer transfer)
    {
        if (!Of(transfer.From).TryReserveOutgoing(transfer.AmountIn, transfer.FromMinimum))
            return ReservationResult.BelowMinimum;
        if (Of(transfer.To).TryReserveIncoming(transfer.AmountOut, transfer.ToMaximum))
            return ReservationResult.Reserved;
        Of(transfer.From).ReleaseOutgoing(transfer.AmountIn);
        return ReservationResult.AboveMaximum;
    }

    /// <inheritdoc/>
    public void Release(in BalanceTransfer transfer)
    {
        Of(transfer.From).ReleaseOutgoing(transfer.AmountIn);
        Of(transfer.To).ReleaseIncoming(transfer.AmountOut);
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(BalanceTransfer transfer)
    {
        Of(transfer.From).CommitOutgoing(transfer.AmountIn);
        Of(transfer.To).CommitIncoming(transfer.AmountOut);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Int128 GetBalance(string account) =>
        _balances.TryGetValue(account, out var balance) ? balance.Settled : Int128.Zero;

    private Balance Of(string account) => _balances.GetOrAdd(account, static _ => new Balance());

    // 128 bits: amounts have 64, and there are not 2^63 of them.
    private sealed class Balance
    {
        private readonly Lock _lock = new();
        private Int128 _settled;
        private Int128 _outgoing;
        private Int128 _incoming;

        public Int128 Settled
        {
            get
            {
                lock (_lock)
                    return _settled;
            }
        }

        public bool TryReserveOutgoing(ulong amount, Int128? minimum)
        {
            lock (_lock)
            {
                if (_settled - _outgoing - amount < minimum)
                    return false;
                _outgoing += amount;
                return true;
            }
        }

        public bool TryReserveIncoming(ulong amount, Int128? maximum)
        {
            lock (_lock)
            {
                if (_settled + _incoming + amount > maximum)
                    return false;
                _incoming += amount;
                return true;
            }
        }

        public void ReleaseOutgoing(ulong amount)
        {
            lock (_lock)
                _outgoing -= amount;
        }

        public void ReleaseIncoming(ulong amount)
        {
            lock (_lock)
                _incoming -= amount;
        }

        public void CommitOutgoing(ulong amount)
        {
            lock (_lock)
            {
                _outgoing -= amount;
                _settled -= amount;
            }
        }

        public void CommitIncoming(ulong amount)
        {
            lock (_lock)
            {
                _incoming -= amount;
                _settled += amount;
            }
        }
    }
}
