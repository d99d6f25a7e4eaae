using Codius.Core.Checks;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>
/// Control groups with the controllers that hold pods to their limits, in either of the kernel's forms.
/// </summary>
internal sealed class CgroupsCheck(string mountPoint) : ICheck
{
    private static readonly string[] Unified = ["cpu", "memory", "pids"];
    private static readonly string[] Separate = ["cpu", "cpuacct", "memory", "pids", "freezer"];

    public string Name => "cgroups";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var controllers = Path.Combine(mountPoint, "cgroup.controllers");
        var isUnified = File.Exists(controllers);
        var there = isUnified
            ? (await File.ReadAllTextAsync(controllers, cancellationToken))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : Separate.Where(c => Directory.Exists(Path.Combine(mountPoint, c))).ToArray();
        var form = isUnified ? "version 2" : "version 1";
        var missing = string.Join(", ", (isUnified ? Unified : Separate).Except(there));
        if (missing.Length == 0)
            return Finding.Well($"{form} with {string.Join(", ", isUnified ? Unified : Separate)}");
        return Finding.Failed(
            $"{form} at {mountPoint} lacks {missing}",
            isUnified
                ? "let them be delegated to where codiusd runs (Delegate=yes in its unit), and boot without "
                    + "cgroup_disable"
                : "mount them, or boot with systemd.unified_cgroup_hierarchy=1");
    }
}
