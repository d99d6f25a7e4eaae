using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// Shims that a containerd had begun when it was killed, before they had anything to run. The next one clears away what
/// it finds of them, knows no more of them, and they wait for ever.
/// </summary>
internal static class StrayShims
{
    private const string ShimPrefix = "containerd-shim";

    /// <summary>Ends them, and says which processes they were.</summary>
    public static IReadOnlyCollection<int> End(ContainerdOptions options)
    {
        var strays = AllProcesses().Where(process => IsStray(process, options)).ToList();
        strays.ForEach(HostProcess.Kill);
        return strays;
    }

    private static IEnumerable<int> AllProcesses() =>
        Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var id) ? id : 0)
            .Where(id => id > 0);

    // containerd makes a bundle before it begins the shim, and deletes it when the shim has ended.
    private static bool IsStray(int process, ContainerdOptions options)
    {
        var line = HostProcess.CommandLine(process);
        return Path.GetFileName(line.FirstOrDefault() ?? "").StartsWith(ShimPrefix, StringComparison.Ordinal)
            && After("-address", line) == options.SocketPath
            && After("-namespace", line) is { } space
            && After("-id", line) is { } id
            && !Directory.Exists(Path.Combine(ContainerdConfig.BundlesDirectory(options), space, id));
    }

    private static string? After(string option, IReadOnlyList<string> line) =>
        line.SkipWhile(word => word != option).ElementAtOrDefault(1);
}
