using Codius.Testing.Processes;

namespace Codius.EndToEnd.Hosts;

/// <summary>How much of pods one host has on the machine: what is left of a pod shows as a difference.</summary>
internal sealed record Leftovers(
    int Cgroups,
    int Snapshots,
    int Containers,
    int Tasks,
    int NetworkNamespaces,
    int Interfaces,
    int Addresses,
    int Mounts,
    int Directories)
{
    public static async Task<Leftovers> CountAsync(HostSettings host) => new(
        Cgroups: Directory.EnumerateDirectories("/sys/fs/cgroup", "codius-" + host.Instance, TwoLevels)
            .Sum(parent => Directory.EnumerateDirectories(parent, "*", SearchOption.AllDirectories).Count()),
        Snapshots: Count(host.ContainerdDirectory + "/store/io.containerd.snapshotter.v1.overlayfs/snapshots"),
        Containers: await LinesAsync("ctr", [.. Ctr(host), "containers", "list", "-q"]),
        Tasks: await LinesAsync("ctr", [.. Ctr(host), "tasks", "list", "-q"]),
        NetworkNamespaces: Count(host.StateDirectory + "/tasks/io.containerd.grpc.v1.cri/netns"),
        Interfaces: await LinesAsync("ip", ["-4", "route", "show", "root", host.Subnet]),
        Addresses: CountFiles(host.StateDirectory + "/addresses", "*.*.*.*"),
        Mounts: File.ReadLines("/proc/self/mounts").Count(line => line.Contains(host.StateDirectory + "/")),
        Directories: Count(host.ContainerdDirectory + "/pods"));

    /// <summary>One hierarchy, or one for each controller.</summary>
    private static EnumerationOptions TwoLevels { get; } = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2 };

    private static string[] Ctr(HostSettings host) =>
        ["-a", host.Socket, "-n", "k8s.io"];

    private static int Count(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Count() : 0;

    private static int CountFiles(string directory, string pattern) =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, pattern, SearchOption.AllDirectories).Count()
            : 0;

    private static async Task<int> LinesAsync(string program, string[] arguments) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
