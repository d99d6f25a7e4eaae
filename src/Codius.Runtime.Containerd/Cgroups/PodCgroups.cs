using System.Globalization;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Cgroups;

/// <summary>
/// One cgroup per pod below one of the host's own. It holds whatever the runtime is, also where limits of single
/// containers do not (gVisor), and it is the meter.
/// </summary>
/// <remarks>
/// A caged pod has next to no weight: it starts quickly on an idle machine and takes nothing from a busy one.
/// </remarks>
internal abstract class PodCgroups(string instance)
{
    /// <summary>The kernel's period for CPU quotas, in microseconds.</summary>
    protected const int CpuPeriod = 100_000;

    /// <summary>One CPU and one weight by default: man 7 cgroups.</summary>
    private const int SharesOfOneCpu = 1024;

    private const string MountPoint = "/sys/fs/cgroup";
    private static readonly TimeSpan FrozenWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FrozenCheck = TimeSpan.FromMilliseconds(10);

    private readonly string _parent = "codius-" + instance;

    /// <summary>The kernel's one hierarchy, or (also when mixed) the older one per controller.</summary>
    public static PodCgroups OfThisMachine(string instance) =>
        File.Exists(Path.Combine(MountPoint, "cgroup.controllers"))
            ? new CgroupsV2(MountPoint, instance)
            : new CgroupsV1(MountPoint, instance);

    /// <summary>The path that the runtime is given as the parent of a pod's containers.</summary>
    public string PathOf(PodId id) => $"/{_parent}/{id}";

    /// <summary>Makes the caged cgroup of a pod.</summary>
    public abstract void Create(PodId id, ResourceLimits limits);

    /// <summary>Gives a pod the weight that goes with its CPU quota.</summary>
    public abstract void Uncage(PodId id);

    /// <summary>What the pod uses, or null if it has no cgroup (any more).</summary>
    public abstract PodStats? Read(PodId id);

    /// <summary>Whether the kernel has killed something in the pod because its memory was used up.</summary>
    public abstract bool MemoryWasExhausted(PodId id);

    /// <summary>Asks the kernel for it once more, and says whether all of the pod stands still, or goes on.</summary>
    protected abstract bool TrySetFrozen(PodId id, bool frozen);

    /// <summary>The directories that hold pods' cgroups, one for each hierarchy.</summary>
    protected abstract IEnumerable<string> ParentDirectories();

    /// <summary>Stops all processes of a pod where they are, or lets them go on.</summary>
    /// <exception cref="IOException">The kernel did not get them to stop.</exception>
    public async Task SetFrozenAsync(PodId id, bool frozen, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (!TrySetFrozen(id, frozen))
        {
            if (time.GetElapsedTime(since) > FrozenWithin)
                throw new IOException($"The processes of pod {id} cannot be {(frozen ? "paused" : "resumed")}.");
            await Task.Delay(FrozenCheck, time, cancellationToken);
        }
    }

    /// <summary>Pods that have a cgroup.</summary>
    public IReadOnlyCollection<PodId> List() =>
        [.. ParentDirectories().Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Select(d => new PodId(Path.GetFileName(d))).Distinct()];

    /// <summary>Removes a pod's cgroup with what runtimes made below it; false while processes are in it.</summary>
    public bool TryRemove(PodId id)
    {
        var removed = true;
        foreach (var parent in ParentDirectories())
            removed &= TryRemoveTree(Path.Combine(parent, id.Value));
        return removed;
    }

    /// <summary>The processes that are in the pod's cgroup and below.</summary>
    public IReadOnlyCollection<int> Processes(PodId id) => [.. Find(id).Distinct()];

    /// <summary>One of them; null when there is none. Whoever pays waits for this, so it looks no further.</summary>
    public int? AnyProcess(PodId id) => Find(id).Select(process => (int?)process).FirstOrDefault();

    /// <summary>Removes the host's own cgroup once it has no pods.</summary>
    public void RemoveParent()
    {
        foreach (var parent in ParentDirectories())
            TryRemoveTree(parent);
    }

    protected string PodDirectory(string hierarchy, PodId id) => Path.Combine(hierarchy, _parent, id.Value);

    protected string ParentDirectory(string hierarchy) => Path.Combine(hierarchy, _parent);

    /// <summary>The weight for a quota, as the older hierarchy counts it.</summary>
    protected static long Shares(long quota) => Math.Max(2, quota * SharesOfOneCpu / CpuPeriod);

    protected static int Quota(ResourceLimits limits) =>
        Math.Max(1000, (int)((long)limits.MilliCpu * CpuPeriod / 1000));

    protected static void Write(string directory, string file, long value) =>
        File.WriteAllText(Path.Combine(directory, file), value.ToString(CultureInfo.InvariantCulture));

    protected static long? ReadNumber(string directory, string file) =>
        long.TryParse(ReadText(directory, file).AsSpan().Trim(), out var value) ? value : null;

    /// <summary>A number of a file of lines "name value".</summary>
    protected static long? ReadEntry(string directory, string file, string name)
    {
        foreach (var line in ReadText(directory, file).AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name) && line.Length > name.Length && line[name.Length] == ' '
                && long.TryParse(line[(name.Length + 1)..], out var value))
                return value;
        }

        return null;
    }

    protected static string ReadText(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (IOException)
        {
            return "";
        }
    }

    protected static IEnumerable<int> ProcessesBelow(string directory)
    {
        foreach (var child in ChildrenOf(directory))
        {
            foreach (var process in ProcessesBelow(child))
                yield return process;
        }

        foreach (var line in ReadText(directory, "cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(line, out var process))
                yield return process;
        }
    }

    private IEnumerable<int> Find(PodId id) => ParentDirectories()
        .Select(parent => Path.Combine(parent, id.Value))
        .Where(Directory.Exists)
        .SelectMany(ProcessesBelow);

    private static bool TryRemoveTree(string directory)
    {
        if (!Directory.Exists(directory))
            return true;
        try
        {
            foreach (var child in ChildrenOf(directory))
                TryRemoveTree(child);
            Directory.Delete(directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] ChildrenOf(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
