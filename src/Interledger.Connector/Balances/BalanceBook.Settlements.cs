using System.Numerics;
using System.Security.Cryptography;
using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances;

internal sealed partial class BalanceBook
{
    // RFC 0038 asks for a day; engines that were off for a while come back later than that.
    private static readonly TimeSpan KeysAreKept = TimeSpan.FromDays(30);
    private static readonly BigInteger HighestBalance = (BigInteger)(Int128.MaxValue >> 1);

    private readonly Dictionary<(int Account, string Key), SettlementReceived> _received = [];
    private readonly Dictionary<string, OutgoingSettlement> _pending = [];

    public IReadOnlyCollection<OutgoingSettlement> Pending => [.. _pending.Values];

    /// <summary>What is to be recorded for an incoming settlement, or null and why not.</summary>
    public SettlementReceived? Receive(in IncomingSettlement settlement, DateTimeOffset now, out SettlementCredit result)
    {
        var account = Of(settlement.Account);
        result = SettlementCredit.Credited;
        if (_received.TryGetValue((account.Index, settlement.Key), out var before))
        {
            result = before.Quantity == settlement.Quantity ? SettlementCredit.Credited : SettlementCredit.KeyReused;
            return result == SettlementCredit.Credited
                ? before with { Credited = 0, Leftover = account.Leftover, At = now.ToUnixTimeMilliseconds() }
                : null;
        }

        var (units, leftover) = settlement.Quantity.Convert(account.Leftover, settlement.AssetScale);
        if (units + (BigInteger)account.Settled > HighestBalance)
        {
            result = SettlementCredit.TooLarge;
            return null;
        }

        return new SettlementReceived(
            account.Index, settlement.Key, settlement.Quantity, (Int128)units, leftover, now.ToUnixTimeMilliseconds());
    }

    /// <summary>What is to be recorded to lower a balance that has reached its threshold, or null.</summary>
    public SettlementBegun? BeginSettlement(string name, Int128 threshold, Int128 settleTo, byte scale)
    {
        var account = Of(name);
        var free = account.Settled - account.Outgoing;
        return free >= threshold && free > settleTo
            ? new SettlementBegun(
                account.Index,
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                new SettlementQuantity((BigInteger)(free - settleTo), scale))
            : null;
    }

    public OutgoingSettlement PendingBy(string key) => _pending[key];

    /// <summary>The entries that make this book from an empty one.</summary>
    public IEnumerable<BalanceEntry> Summarize(DateTimeOffset now)
    {
        var oldest = (now - KeysAreKept).ToUnixTimeMilliseconds();
        foreach (var key in _received.Where(entry => entry.Value.At < oldest).Select(entry => entry.Key).ToArray())
            _received.Remove(key);
        foreach (var account in _byIndex)
            yield return new AccountNamed(account.Index, account.Name);
        foreach (var received in _received.Values)
            yield return received;
        foreach (var pending in _pending.Values)
            yield return new SettlementBegun(Of(pending.Account).Index, pending.Key, pending.Quantity);
        foreach (var account in _byIndex)
            yield return new BalanceStands(account.Index, account.Settled, account.Leftover);
    }

    private void Apply(AccountBalance account, SettlementReceived received)
    {
        _received[(account.Index, received.Key)] = received;
        account.Settled += received.Credited;
        account.Leftover = received.Leftover;
    }

    private void Apply(AccountBalance account, SettlementBegun begun)
    {
        _pending[begun.Key] = new OutgoingSettlement(begun.Key, account.Name, begun.Quantity);
        account.Settled -= (Int128)begun.Quantity.Amount;
    }
}
