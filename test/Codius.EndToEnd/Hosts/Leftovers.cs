using System.Net;
using Codius.Testing.Processes;

namespace Codius.EndToEnd.Hosts;

/// <summary>How much of pods one host has on the machine: what is left of a pod shows as a difference.</summary>
internal sealed record Leftovers(
    int Cgroups,
    int Snapshots,
    int Containers,
    int Tasks,
    int Shims,
    int NetworkNamespaces,
    int Interfaces,
    int Addresses,
    int Mounts,
    int Directories)
{
    public static async Task<Leftovers> CountAsync(HostSettings host) => new(
        Cgroups: Directory.EnumerateDirectories("/sys/fs/cgroup", "codius-" + host.Instance, TwoLevels)
            .Sum(parent => Directory.EnumerateDirectories(parent, "*", SearchOption.AllDirectories).Count()),
        // Those of images stay.
        Snapshots: await LinesAsync("ctr", [.. Ctr(host), "snapshots", "list"], line => line.EndsWith("Active")),
        Containers: await LinesAsync("ctr", [.. Ctr(host), "containers", "list", "-q"]),
        Tasks: await LinesAsync("ctr", [.. Ctr(host), "tasks", "list", "-q"]),
        Shims: Directory.EnumerateDirectories("/proc").Count(process => IsShim(process, host)),
        NetworkNamespaces: Count(host.StateDirectory + "/tasks/io.containerd.grpc.v1.cri/netns"),
        Interfaces: await LinesAsync("ip", ["-4", "route", "show", "root", host.Subnet]),
        Addresses: CountAddresses(host.StateDirectory + "/addresses"),
        Mounts: File.ReadLines("/proc/self/mounts").Count(line => line.Contains(host.StateDirectory + "/")),
        Directories: Count(host.ContainerdDirectory + "/pods"));

    /// <summary>Whether nothing came on top of what there was: earlier pods may have ended meanwhile.</summary>
    public bool IsNoMoreThan(Leftovers before) =>
        Cgroups <= before.Cgroups && Snapshots <= before.Snapshots && Containers <= before.Containers
        && Tasks <= before.Tasks && Shims <= before.Shims && NetworkNamespaces <= before.NetworkNamespaces
        && Interfaces <= before.Interfaces && Addresses <= before.Addresses && Mounts <= before.Mounts
        && Directories <= before.Directories;

    /// <summary>One hierarchy, or one for each controller.</summary>
    private static EnumerationOptions TwoLevels { get; } =
        new() { RecurseSubdirectories = true, MaxRecursionDepth = 2 };

    private static string[] Ctr(HostSettings host) =>
        ["-a", host.Socket, "-n", "k8s.io"];

    /// <summary>
    /// One of this host's processes that look after a sandbox each, whether containerd knows of it or not.
    /// </summary>
    private static bool IsShim(string process, HostSettings host)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && File.ReadAllText(process + "/cmdline") is var line
                && line.Contains("containerd-shim") && line.Contains(host.Socket);
        }
        catch (IOException) // it has ended
        {
            return false;
        }
    }

    private static int Count(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Count() : 0;

    /// <summary>The plugin that gives addresses out has a file for each that is in use.</summary>
    private static int CountAddresses(string directory) =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Count(file => IPAddress.TryParse(Path.GetFileName(file), out _))
            : 0;

    private static async Task<int> LinesAsync(string program, string[] arguments, Func<string, bool>? counts = null) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Count(counts ?? (_ => true));
}
