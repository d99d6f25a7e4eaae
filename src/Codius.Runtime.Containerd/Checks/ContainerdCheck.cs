using System.Text.RegularExpressions;
using Codius.Core.Checks;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>containerd and the programs that it and the host need beside it.</summary>
internal sealed partial class ContainerdCheck(ContainerdOptions options) : ICheck
{
    private static readonly Version Oldest = new(1, 6);

    public string Name => "containerd";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (options.ExistingSocket is { } socket)
            return File.Exists(socket)
                ? Finding.Well($"one that runs already, at {socket}")
                : Finding.Failed(
                    $"there is no {socket}", "start that containerd, or unset Codius:Runtime:ContainerdSocket");
        if (ProgramPath.Find(options.ContainerdPath) is not { } program)
            return Finding.Failed("it is not installed", "apt-get install containerd");
        if (!options.CniPluginDirectories.Any(d => File.Exists(Path.Combine(d, "ptp"))))
            return Finding.Failed(
                $"the CNI plugins are not in {string.Join(" or ", options.CniPluginDirectories)}",
                "apt-get install containernetworking-plugins");
        foreach (var (needed, package) in new[] { (options.CtrPath, "containerd"), ("setsid", "util-linux") })
        {
            if (ProgramPath.Find(needed) is null)
                return Finding.Failed($"{needed} is not installed", $"apt-get install {package}");
        }

        var told = await HostCommand.RunAsync(program, ["--version"], input: null, cancellationToken);
        var number = VersionPattern().Match(told.Output).Value;
        return Version.TryParse(number, out var version) && version >= Oldest
            ? Finding.Well($"{program} {number}, and CNI plugins")
            : Finding.Failed($"{program} says: {told.Output.Trim()}", $"use containerd {Oldest} or later");
    }

    [GeneratedRegex("""\d{1,5}\.\d{1,5}\.\d{1,5}""", RegexOptions.NonBacktracking)]
    private static partial Regex VersionPattern();
}
