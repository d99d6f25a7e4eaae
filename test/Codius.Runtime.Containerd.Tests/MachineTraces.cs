using System.Net;
using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>How much of pods there is on the machine: what is left of a pod shows as a difference.</summary>
internal sealed record MachineTraces(
    int Cgroups,
    int Snapshots,
    int Containers,
    int Tasks,
    int NetworkNamespaces,
    int Addresses,
    int Routes,
    int Mounts,
    int Files)
{
    public static async Task<MachineTraces> CountAsync(ContainerdOptions options)
    {
        await CollectGarbageAsync(options);
        return new MachineTraces(
            Cgroups: Directory.EnumerateDirectories(
                "/sys/fs/cgroup", "codius-" + options.Instance, SearchOption.AllDirectories)
                .Sum(d => Directory.EnumerateDirectories(d, "*", SearchOption.AllDirectories).Count()),
            Snapshots: Count(options.RootDirectory + "/store/io.containerd.snapshotter.v1.overlayfs/snapshots"),
            Containers: Lines(await CtrAsync(options, "containers", "list", "-q")),
            Tasks: Lines(await CtrAsync(options, "tasks", "list", "-q")),
            NetworkNamespaces: Count(options.StateDirectory + "/tasks/io.containerd.grpc.v1.cri/netns"),
            Addresses: Directory.Exists(options.AddressDirectory)
                ? Directory.EnumerateFiles(options.AddressDirectory, "*", SearchOption.AllDirectories)
                    .Count(f => IPAddress.TryParse(Path.GetFileName(f), out _))
                : 0,
            Routes: Lines(await RunAsync("ip", "-4", "route", "show", "root", options.PodSubnet)),
            Mounts: File.ReadLines("/proc/self/mounts")
                .Count(l => l.Contains(options.StateDirectory) || l.Contains(options.RootDirectory)),
            Files: Count(options.PodsDirectory)
                + Count($"{options.StateDirectory}/{options.RuntimeHandler}/k8s.io/keepers"));
    }

    /// <summary>
    /// Whether nothing came on top of what there was; what earlier tests left may have gone meanwhile.
    /// </summary>
    public bool IsNoMoreThan(MachineTraces before) =>
        Cgroups <= before.Cgroups && Snapshots <= before.Snapshots && Containers <= before.Containers
        && Tasks <= before.Tasks && NetworkNamespaces <= before.NetworkNamespaces
        && Addresses <= before.Addresses && Routes <= before.Routes
        && Mounts <= before.Mounts && Files <= before.Files;

    private static int Count(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Count() : 0;

    // A removal that comes while containerd still clears away after an earlier one is forgotten until the next comes.
    // The end of a lease has it look for what is left, and is waited for.
    private static async Task CollectGarbageAsync(ContainerdOptions options)
    {
        var lease = (await CtrAsync(options, "leases", "create")).Trim();
        await CtrAsync(options, "leases", "delete", "--sync", lease);
    }

    private static Task<string> CtrAsync(ContainerdOptions options, params string[] arguments) =>
        RunAsync("ctr", ["-a", options.SocketPath, "-n", "k8s.io", .. arguments]);

    private static async Task<string> RunAsync(string program, params string[] arguments) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess().Output;

    private static int Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
