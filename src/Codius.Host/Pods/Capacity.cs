using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>
/// The memory that pods may use, given out before money is asked for, so that concurrent uploads cannot be sold the
/// same memory twice.
/// </summary>
public sealed class Capacity
{
    private readonly Lock _lock = new();
    private readonly long _limit;
    private long _reserved;

    public Capacity(IOptions<HostOptions> options, Machine machine) =>
        _limit = (long)(machine.TotalMemory * options.Value.MaxMemoryFraction);

    /// <summary>Whether not even the smallest pod fits.</summary>
    public bool IsFull => !Fits(ResourceLimits.Small);

    public bool Fits(ResourceLimits limits)
    {
        lock (_lock)
            return _reserved + limits.MemoryBytes <= _limit;
    }

    /// <summary>Null when there is not enough left.</summary>
    public Reservation? TryReserve(ResourceLimits limits)
    {
        lock (_lock)
        {
            if (_reserved + limits.MemoryBytes > _limit)
                return null;
            _reserved += limits.MemoryBytes;
            return new Reservation(this, limits);
        }
    }

    /// <summary>For a pod that is there already: it has its share, whatever the limit is now.</summary>
    public Reservation Take(ResourceLimits limits)
    {
        lock (_lock)
            _reserved += limits.MemoryBytes;
        return new Reservation(this, limits);
    }

    /// <summary>A share that is given back once.</summary>
    public sealed class Reservation(Capacity capacity, ResourceLimits limits) : IDisposable
    {
        private bool _given;

        public void Dispose()
        {
            lock (capacity._lock)
            {
                if (_given)
                    return;
                _given = true;
                capacity._reserved -= limits.MemoryBytes;
            }
        }
    }
}
