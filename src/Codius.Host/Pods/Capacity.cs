using Codius.Core;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Info;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>
/// The memory, CPUs and disk that pods may use, given out before money is asked for, so that concurrent uploads cannot
/// be sold the same twice.
/// </summary>
public sealed class Capacity
{
    private readonly Lock _lock = new();
    private readonly long _memory;
    private readonly long _milliCpu;
    private long _disk;
    private long _reservedMemory;
    private long _reservedMilliCpu;
    private long _reservedDisk;
    private readonly double _diskFraction;

    public Capacity(IOptions<HostOptions> options, Machine machine)
    {
        var host = options.Value;
        _memory = (long)(machine.TotalMemory * host.MaxMemoryFraction * host.MemoryOvercommit)
            - host.Runtime.WarmMemoryBytes;
        _milliCpu = (long)(Environment.ProcessorCount * 1000 * host.MaxCpuFraction);
        _diskFraction = host.MaxDiskFraction;
        _disk = (long)(Machine.DiskOf(host.RootDirectory).AvailableFreeSpace * _diskFraction);
    }

    public bool Fits(ResourceLimits limits)
    {
        lock (_lock)
            return Lacks(limits) is null;
    }

    /// <summary>Why there is no room; null when there is.</summary>
    public Failure? Refuse(ResourceLimits limits)
    {
        lock (_lock)
            return Lacks(limits) is { } lacking ? Failure.NoCapacity(lacking) : null;
    }

    /// <summary>Fails when there is not enough left, and says of what.</summary>
    public Outcome<Reservation> TryReserve(ResourceLimits limits)
    {
        lock (_lock)
            return Lacks(limits) is { } lacking ? Failure.NoCapacity(lacking) : Add(limits);
    }

    /// <summary>For a pod that is there already: it has its share, whatever the limit is now.</summary>
    public Reservation Take(ResourceLimits limits)
    {
        lock (_lock)
            return Add(limits);
    }

    /// <summary>
    /// Pods of earlier lives hold this much of the disk, which was not available any more when this life began.
    /// </summary>
    public void CountDiskOfPods(long bytes)
    {
        lock (_lock)
            _disk += (long)(bytes * _diskFraction);
    }

    private static long DiskOf(ResourceLimits limits) => limits.DiskBytes + limits.LogBytes;

    // The first is the original's.
    private string? Lacks(ResourceLimits limits)
    {
        if (_reservedMemory + limits.MemoryBytes > _memory)
            return "Memory usage exceeded. Send pod request later.";
        if (_reservedMilliCpu + limits.MilliCpu > _milliCpu)
            return "CPU usage exceeded. Send pod request later.";
        return _reservedDisk + DiskOf(limits) > _disk ? "Disk usage exceeded. Send pod request later." : null;
    }

    private Reservation Add(ResourceLimits limits)
    {
        Change(limits, 1);
        return new Reservation(this, limits);
    }

    private void Change(ResourceLimits limits, int sign)
    {
        _reservedMemory += sign * limits.MemoryBytes;
        _reservedMilliCpu += sign * limits.MilliCpu;
        _reservedDisk += sign * DiskOf(limits);
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
                capacity.Change(limits, -1);
            }
        }
    }
}
