using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances;

/// <summary>
/// The balances in memory and everything that may be done to them. What lasts is changed by applying an entry and in no
/// other way, so that applying the entries of a journal gives the same book again. Not for several threads at once.
/// </summary>
internal sealed partial class BalanceBook
{
    private readonly Dictionary<string, AccountBalance> _byName = [];
    private readonly List<AccountBalance> _byIndex = [];

    public IReadOnlyList<AccountBalance> Accounts => _byIndex;

    public AccountBalance Of(string name)
    {
        if (!_byName.TryGetValue(name, out var account))
        {
            _byName[name] = account = new AccountBalance(name, _byIndex.Count);
            _byIndex.Add(account);
        }

        return account;
    }

    public Int128 GetBalance(string name) => _byName.TryGetValue(name, out var account) ? account.Settled : 0;

    public ReservationResult TryReserve(in BalanceTransfer transfer)
    {
        var (from, to) = (Of(transfer.From), Of(transfer.To));
        if (from.Settled - from.Outgoing - transfer.AmountIn < transfer.FromMinimum)
            return ReservationResult.BelowMinimum;
        if (to.Settled + to.Incoming + transfer.AmountOut > transfer.ToMaximum)
            return ReservationResult.AboveMaximum;
        from.Outgoing += transfer.AmountIn;
        to.Incoming += transfer.AmountOut;
        return ReservationResult.Reserved;
    }

    public void Release(in BalanceTransfer transfer)
    {
        Of(transfer.From).Outgoing -= transfer.AmountIn;
        Of(transfer.To).Incoming -= transfer.AmountOut;
    }

    public void Apply(in TransferEntry entry)
    {
        _byIndex[entry.From].Settled -= entry.AmountIn;
        _byIndex[entry.To].Settled += entry.AmountOut;
    }

    /// <summary>Applies an entry of a journal; false if it cannot follow those before.</summary>
    public bool TryApply(in TransferEntry entry)
    {
        if ((uint)entry.From >= (uint)_byIndex.Count || (uint)entry.To >= (uint)_byIndex.Count)
            return false;
        Apply(entry);
        return true;
    }

    /// <summary>Applies an entry of a journal; false if it cannot follow those before.</summary>
    public bool TryApply(BalanceEntry entry)
    {
        if (entry is AccountNamed named)
            return TryName(named);
        if ((uint)entry.Account >= (uint)_byIndex.Count)
            return false;
        Apply(entry);
        return true;
    }

    public void Apply(BalanceEntry entry)
    {
        var account = _byIndex[entry.Account];
        switch (entry)
        {
            case BalanceStands stands:
                (account.Settled, account.Leftover) = (stands.Settled, stands.Leftover);
                break;
            case SettlementReceived received:
                Apply(account, received);
                break;
            case SettlementBegun begun:
                Apply(account, begun);
                break;
            case SettlementCompleted completed:
                _pending.Remove(completed.Key);
                break;
        }
    }

    private bool TryName(AccountNamed named)
    {
        if (named.Account != _byIndex.Count || _byName.ContainsKey(named.Name))
            return false;
        Of(named.Name);
        return true;
    }
}
