using Codius.Core.Checks;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>What the machine must have for pods to run on it.</summary>
public static class MachineChecks
{
    public static IReadOnlyList<ICheck> Of(
        ContainerdOptions options, TimeProvider time, TimeSpan answersWithin) =>
    [
        new KernelCheck("/proc"),
        new CgroupsCheck("/sys/fs/cgroup"),
        new ContainerdCheck(options),
        new NftablesCheck(options),
        new ForwardingCheck(options),
        new IsolationCheck(options, time),
        new PodDisksCheck(),
        new NameServersCheck(options, answersWithin),
    ];
}
