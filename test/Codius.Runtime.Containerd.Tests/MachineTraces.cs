using System.Net;
using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>How much of pods there is on the machine: what is left of a pod shows as a difference.</summary>
internal sealed record MachineTraces(
    int Cgroups, int Snapshots, int Containers, int Tasks, int NetworkNamespaces, int Addresses, int Routes, int Mounts, int Files)
{
    public static async Task<MachineTraces> CountAsync(ContainerdOptions options) => new(
        Cgroups: Directory.EnumerateDirectories("/sys/fs/cgroup", "codius-" + options.Instance, SearchOption.AllDirectories)
            .Sum(d => Directory.EnumerateDirectories(d, "*", SearchOption.AllDirectories).Count()),
        Snapshots: Count(options.RootDirectory + "/store/io.containerd.snapshotter.v1.overlayfs/snapshots"),
        Containers: await LinesAsync("ctr", "-a", options.SocketPath, "-n", "k8s.io", "containers", "list", "-q"),
        Tasks: await LinesAsync("ctr", "-a", options.SocketPath, "-n", "k8s.io", "tasks", "list", "-q"),
        NetworkNamespaces: Count(options.StateDirectory + "/tasks/io.containerd.grpc.v1.cri/netns"),
        Addresses: Directory.Exists(options.AddressDirectory)
            ? Directory.EnumerateFiles(options.AddressDirectory, "*", SearchOption.AllDirectories)
                .Count(f => IPAddress.TryParse(Path.GetFileName(f), out _))
            : 0,
        Routes: await LinesAsync("ip", "-4", "route", "show", "root", options.PodSubnet),
        Mounts: File.ReadLines("/proc/self/mounts")
            .Count(l => l.Contains(options.StateDirectory) || l.Contains(options.RootDirectory)),
        Files: Count(options.PodsDirectory) + Count($"{options.StateDirectory}/{options.RuntimeHandler}/k8s.io/keepers"));

    /// <summary>
    /// Whether nothing came on top of what there was; what earlier tests left may have gone meanwhile.
    /// </summary>
    public bool IsNoMoreThan(MachineTraces before) =>
        Cgroups <= before.Cgroups && Snapshots <= before.Snapshots && Containers <= before.Containers && Tasks <= before.Tasks
        && NetworkNamespaces <= before.NetworkNamespaces && Addresses <= before.Addresses && Routes <= before.Routes
        && Mounts <= before.Mounts && Files <= before.Files;

    private static int Count(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Count() : 0;

    private static async Task<int> LinesAsync(string program, params string[] arguments) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
