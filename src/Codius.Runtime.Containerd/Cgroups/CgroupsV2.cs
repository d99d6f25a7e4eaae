using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Cgroups;

/// <summary>The one hierarchy for all controllers: the kernel's Documentation/admin-guide/cgroup-v2.rst.</summary>
internal sealed class CgroupsV2(string mountPoint, string instance) : PodCgroups(instance)
{
    private const string Controllers = "+cpu +memory +pids";

    public override void Create(PodId id, ResourceLimits limits)
    {
        var parent = Directory.CreateDirectory(ParentDirectory(mountPoint)).FullName;
        foreach (var above in new[] { mountPoint, parent })
            File.WriteAllText(Path.Combine(above, "cgroup.subtree_control"), Controllers);
        var pod = Directory.CreateDirectory(PodDirectory(mountPoint, id)).FullName;
        Write(pod, "memory.max", limits.MemoryBytes);
        if (File.Exists(Path.Combine(pod, "memory.swap.max")))
            Write(pod, "memory.swap.max", 0);
        File.WriteAllText(Path.Combine(pod, "cpu.max"), $"{Quota(limits)} {CpuPeriod}");
        Write(pod, "cpu.weight", 1);
        Write(pod, "pids.max", limits.Pids);
    }

    /// <summary>The weight of one CPU is the newer hierarchy's default, 100.</summary>
    public override void Uncage(PodId id)
    {
        var pod = PodDirectory(mountPoint, id);
        if (ReadText(pod, "cpu.max").Split(' ') is [var text, _] && long.TryParse(text, out var quota))
            Write(pod, "cpu.weight", Math.Clamp(quota * 100 / CpuPeriod, 1, 10_000));
    }

    public override PodStats? Read(PodId id)
    {
        var pod = PodDirectory(mountPoint, id);
        if (ReadEntry(pod, "cpu.stat", "usage_usec") is not { } microseconds
            || ReadNumber(pod, "memory.current") is not { } used
            || ReadNumber(pod, "pids.current") is not { } pids)
            return null;
        var reclaimable = ReadEntry(pod, "memory.stat", "inactive_file") ?? 0;
        return new PodStats(TimeSpan.FromMicroseconds(microseconds), Math.Max(0, used - reclaimable), (int)pids);
    }

    public override bool MemoryWasExhausted(PodId id) =>
        ReadEntry(PodDirectory(mountPoint, id), "memory.events", "oom_kill") > 0;

    protected override bool TrySetFrozen(PodId id, bool frozen)
    {
        var pod = PodDirectory(mountPoint, id);
        if (!Directory.Exists(pod))
            return true;
        Write(pod, "cgroup.freeze", frozen ? 1 : 0);
        return ReadEntry(pod, "cgroup.events", "frozen") == (frozen ? 1 : 0);
    }

    protected override IEnumerable<string> ParentDirectories() => [ParentDirectory(mountPoint)];
}
