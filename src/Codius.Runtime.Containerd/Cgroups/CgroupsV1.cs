using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Cgroups;

/// <summary>One hierarchy per controller: the kernel's Documentation/admin-guide/cgroup-v1.</summary>
internal sealed class CgroupsV1(string mountPoint, string instance) : PodCgroups(instance)
{
    private const long Charge = 256 * 1024;

    private readonly string _memory = Path.Combine(mountPoint, "memory");
    private readonly string _cpu = Path.Combine(mountPoint, "cpu");
    private readonly string _usage = Path.Combine(mountPoint, "cpuacct");
    private readonly string _pids = Path.Combine(mountPoint, "pids");
    private readonly string _freezer = Path.Combine(mountPoint, "freezer");

    public override void Create(PodId id, ResourceLimits limits)
    {
        var memory = Make(_memory, id);
        Write(memory, "memory.limit_in_bytes", limits.MemoryBytes);
        if (File.Exists(Path.Combine(memory, "memory.memsw.limit_in_bytes")))
            Write(memory, "memory.memsw.limit_in_bytes", limits.MemoryBytes);
        var cpu = Make(_cpu, id);
        Write(cpu, "cpu.cfs_period_us", CpuPeriod);
        Write(cpu, "cpu.cfs_quota_us", Quota(limits));
        Write(cpu, "cpu.shares", 2);
        Write(Make(_pids, id), "pids.max", limits.Pids);
        Make(_usage, id);
        Make(_freezer, id);
    }

    public override void Uncage(PodId id)
    {
        var cpu = PodDirectory(_cpu, id);
        if (ReadNumber(cpu, "cpu.cfs_quota_us") is { } quota)
            Write(cpu, "cpu.shares", Shares(quota));
    }

    public override PodStats? Read(PodId id)
    {
        var memory = PodDirectory(_memory, id);
        if (ReadNumber(PodDirectory(_usage, id), "cpuacct.usage") is not { } nanoseconds
            || ReadNumber(memory, "memory.usage_in_bytes") is not { } used
            || ReadNumber(PodDirectory(_pids, id), "pids.current") is not { } pids)
            return null;
        var reclaimable = ReadEntry(memory, "memory.stat", "total_inactive_file") ?? 0;
        return new PodStats(TimeSpan.FromTicks(nanoseconds / 100), Math.Max(0, used - reclaimable), (int)pids);
    }

    /// <summary>
    /// The older hierarchy counts a kill only in the container's own cgroup, which ends with the container. What stays
    /// is that the pod's use has reached its limit, give or take what the kernel charges at once.
    /// </summary>
    public override bool MemoryWasExhausted(PodId id)
    {
        var memory = PodDirectory(_memory, id);
        return ReadNumber(memory, "memory.max_usage_in_bytes") >= ReadNumber(memory, "memory.limit_in_bytes") - Charge;
    }

    // A runtime need not put its processes into this hierarchy; what it left out is brought in before.
    protected override bool TrySetFrozen(PodId id, bool frozen)
    {
        var pod = PodDirectory(_freezer, id);
        if (!Directory.Exists(pod))
            return true;
        if (frozen)
        {
            foreach (var process in Processes(id).Except(ProcessesBelow(pod)))
                TryMove(process, pod);
        }

        File.WriteAllText(Path.Combine(pod, "freezer.state"), frozen ? "FROZEN" : "THAWED");
        return ReadText(pod, "freezer.state").AsSpan().Trim().SequenceEqual(frozen ? "FROZEN" : "THAWED");
    }

    private static void TryMove(int process, string directory)
    {
        try
        {
            Write(directory, "cgroup.procs", process);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
        }
    }

    protected override IEnumerable<string> ParentDirectories() =>
        Directory.EnumerateDirectories(mountPoint).Select(ParentDirectory);

    private string Make(string hierarchy, PodId id) => Directory.CreateDirectory(PodDirectory(hierarchy, id)).FullName;
}
