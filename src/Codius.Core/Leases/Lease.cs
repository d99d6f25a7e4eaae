using System.Numerics;
using Codius.Core.Ledger;

namespace Codius.Core.Leases;

/// <summary>
/// The time that one payment bought. Leases of a pod run one after another; a lease that has not begun is wholly
/// unserved. An outage of the host moves the end, which is why the end, not the beginning, says what was served.
/// </summary>
public sealed record Lease(string Id, Asset Asset, long Price, long BoughtSeconds, DateTimeOffset EndsAt)
{
    /// <summary>The part of the price that belongs to the host at a moment: floor(price × served / bought).</summary>
    public long EarnedAt(DateTimeOffset now)
    {
        var bought = new BigInteger(BoughtSeconds) * TimeSpan.TicksPerSecond;
        var remaining = BigInteger.Min(long.Max(0, (EndsAt - now).Ticks), bought);
        return (long)(Price * (bought - remaining) / bought);
    }
}
