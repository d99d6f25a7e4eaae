using System.Text.RegularExpressions;
using Codius.Core.Checks;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>The kernel's age and what it was built with.</summary>
internal sealed partial class KernelCheck(string proc) : ICheck
{
    /// <summary>Since then nftables has sets of ranges with ports.</summary>
    private static readonly Version Oldest = new(5, 6);

    public string Name => "kernel";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var release = (await File.ReadAllTextAsync($"{proc}/sys/kernel/osrelease", cancellationToken)).Trim();
        if (!Version.TryParse(VersionPattern().Match(release).Value, out var version) || version < Oldest)
            return Finding.Failed($"Linux {release}", $"use a kernel of version {Oldest} or later");
        if (!(await File.ReadAllTextAsync($"{proc}/filesystems", cancellationToken)).Contains("\toverlay\n"))
            return Finding.Warning(
                $"Linux {release} has not loaded the overlay file system",
                "nothing, if it can be loaded when it is needed: modprobe overlay");
        if (!File.Exists($"{proc}/sys/kernel/seccomp/actions_avail"))
            return Finding.Failed(
                $"Linux {release} has no seccomp", "use a kernel that was built with CONFIG_SECCOMP_FILTER");
        return Environment.IsPrivilegedProcess
            ? Finding.Well($"Linux {release}")
            : Finding.Failed(
                $"Linux {release}, and codiusd is not run as root", "run codiusd as root, or by its systemd unit");
    }

    [GeneratedRegex("""\A\d{1,5}\.\d{1,5}""", RegexOptions.NonBacktracking)]
    private static partial Regex VersionPattern();
}
