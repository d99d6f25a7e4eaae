using Interledger.Addresses;
using Interledger.Links;

namespace Interledger.Connector.Accounts;

/// <summary>An account as it runs: its link, and what it uses of its limits at the moment.</summary>
public sealed class AccountState
{
    private readonly TokenBucket _bucket;
    private int _outstanding;

    internal AccountState(AccountConfig config, IlpAddress address, IIlpLink link, TimeProvider time)
    {
        (Config, Address, Link) = (config, address, link);
        _bucket = new TokenBucket(config.PacketsPerSecond, config.PacketBurst, time);
    }

    /// <summary>What was declared.</summary>
    public AccountConfig Config { get; }

    /// <summary>The name of the account.</summary>
    public string Id => Config.Id;

    /// <summary>Of a child, its address, as long as the connector has one itself; of others, empty.</summary>
    public IlpAddress Address { get; internal set; }

    /// <summary>The way to the neighbour.</summary>
    public IIlpLink Link { get; }

    /// <summary>How many of its packets are under way.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    internal bool TryTakeToken() => _bucket.TryTake();

    internal bool TryBegin()
    {
        if (Interlocked.Increment(ref _outstanding) <= Config.MaxOutstanding)
            return true;
        End();
        return false;
    }

    internal void End() => Interlocked.Decrement(ref _outstanding);
}
