using System.Collections.Concurrent;
using System.Numerics;

namespace Interledger.Connector.PlayMoney;

/// <summary>
/// A ledger that exists in this process only, for engines to settle on. Everybody on it may owe as much as he likes.
/// </summary>
/// <param name="scale">How many decimal places its unit stands behind the asset's.</param>
public sealed class PlayMoneyLedger(byte scale)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BigInteger> _holdings = [];
    private readonly ConcurrentDictionary<string, Action<string, BigInteger>> _listeners = new();

    /// <summary>How many decimal places its unit stands behind the asset's.</summary>
    public byte Scale { get; } = scale;

    /// <summary>What somebody has.</summary>
    public BigInteger HoldingOf(string owner)
    {
        lock (_lock)
            return _holdings.GetValueOrDefault(owner);
    }

    internal void Listen(string owner, Action<string, BigInteger> onReceived) => _listeners[owner] = onReceived;

    internal void Transfer(string from, string to, BigInteger amount)
    {
        lock (_lock)
        {
            _holdings[from] = _holdings.GetValueOrDefault(from) - amount;
            _holdings[to] = _holdings.GetValueOrDefault(to) + amount;
        }

        if (_listeners.TryGetValue(to, out var onReceived))
            onReceived(from, amount);
    }
}
