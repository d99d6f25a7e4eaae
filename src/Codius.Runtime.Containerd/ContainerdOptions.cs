using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Codius.Runtime.Containerd.Network;

namespace Codius.Runtime.Containerd;

/// <summary>
/// How pods are run. The defaults are those of a machine that does nothing else; several hosts on one machine need an
/// <see cref="Instance"/>, directories and a <see cref="PodSubnet"/> each.
/// </summary>
public sealed class ContainerdOptions
{
    internal const string Auto = "auto";

    /// <summary>containerd puts sockets below the state directory, whose paths may have 107 bytes at most.</summary>
    private const int MaxStateDirectoryLength = 70;

    private const int MaxSubnetPrefixLength = 29;

    private const int MaxWarmSandboxes = 64;

    // Each start of a host asks for these: an expression that never goes back would need its engine compiled for them.
    private static readonly SearchValues<char> InstanceCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/");

    /// <summary>
    /// Names this host's cgroup, network and firewall table on its machine: up to 20 of a-z, 0-9 and -.
    /// </summary>
    public string Instance { get; set; } = "host";

    /// <summary>Images, containers and logs.</summary>
    public string RootDirectory { get; set; } = "/var/lib/codius/containerd";

    /// <summary>Sockets, network namespaces and addresses: a directory that a reboot empties.</summary>
    public string StateDirectory { get; set; } = "/run/codius/containerd";

    /// <summary>
    /// What isolates pods: <c>runsc</c> (gVisor), <c>kata</c>, or <c>runc</c> and <c>crun</c> for code that is trusted;
    /// with <c>auto</c> the best of these that works, the last two only with <see cref="TrustCode"/>.
    /// </summary>
    public string RuntimeHandler { get; set; } = Auto;

    /// <summary>Whether <c>auto</c> may end with runc or crun, so with nothing but the kernel around a pod.</summary>
    public bool TrustCode { get; set; }

    /// <summary>Addresses for pods, as a private IPv4 range that the machine's network does not use.</summary>
    public string PodSubnet { get; set; } = "10.77.0.0/16";

    /// <summary>
    /// Name servers that pods ask, public ones if there are none here. The machine's own are not told to pods.
    /// </summary>
    public IList<string> DnsServers { get; set; } = [];

    /// <summary>What pods may reach and how much each may take of it.</summary>
    public NetworkOptions Network { get; set; } = new();

    /// <summary>
    /// The socket of a containerd that is there already; then none is started and its CNI network is used.
    /// </summary>
    public string? ExistingSocket { get; set; }

    public string ContainerdPath { get; set; } = "containerd";

    public string CtrPath { get; set; } = "ctr";

    public string NftPath { get; set; } = Nftables.Program;

    /// <summary>The runtime's program if it is not the one on the PATH.</summary>
    public string? RuntimePath { get; set; }

    /// <summary>gVisor's platform: <c>systrap</c>, <c>ptrace</c> or <c>kvm</c>.</summary>
    public string GvisorPlatform { get; set; } = "systrap";

    /// <summary>
    /// How many sandboxes are kept ready, empty, so that a start costs only its containers. They are of the small
    /// machine class.
    /// </summary>
    public int WarmSandboxes { get; set; }

    /// <summary>Where the CNI plugins are; the first of these that exists is used.</summary>
    public IList<string> CniPluginDirectories { get; set; } = ["/usr/lib/cni", "/opt/cni/bin"];

    /// <summary>
    /// Whether images may come from registries on this machine and on private networks, without TLS from this machine.
    /// </summary>
    public bool AllowPrivateRegistries { get; set; }

    /// <summary>The largest image, in bytes as its registry counts them (compressed).</summary>
    public long MaxImageBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>The bytes that all files of an image may take when they are unpacked.</summary>
    public long MaxUnpackedBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Files, directories and links in all layers of an image.</summary>
    public long MaxImageFiles { get; set; } = 500_000;

    public int MaxImageLayers { get; set; } = 100;

    /// <summary>What pulled images may take on the disk together, packed and unpacked.</summary>
    public long MaxCacheBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>How long a pull may take, with the wait for its turn.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(35);

    public int MaxConcurrentPulls { get; set; } = 3;

    /// <summary>Characters; a longer line of a log is reported in pieces.</summary>
    public int MaxLogLineLength { get; set; } = 64 * 1024;

    internal IReadOnlyList<string> DnsServersOrDefault =>
        DnsServers.Count > 0 ? [.. DnsServers] : ["1.1.1.1", "9.9.9.9"];

    internal string SocketPath => ExistingSocket ?? Path.Combine(StateDirectory, "containerd.sock");

    internal string PodsDirectory => Path.Combine(RootDirectory, "pods");

    /// <summary>A file about each image that was pulled; the images themselves are containerd's.</summary>
    internal string ImagesDirectory => Path.Combine(RootDirectory, "pulled");

    internal string DownloadsDirectory => Path.Combine(RootDirectory, "downloads");

    internal string AddressDirectory => Path.Combine(StateDirectory, "addresses");

    /// <summary>What is wrong with these options, each by its name; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (Instance.Length is < 1 or > 20 || Instance.AsSpan().ContainsAnyExcept(InstanceCharacters))
            yield return $"{nameof(Instance)} '{Instance}' must be 1 to 20 of a-z, 0-9 and -.";
        foreach (var (name, path) in
            new[] { (nameof(RootDirectory), RootDirectory), (nameof(StateDirectory), StateDirectory) })
        {
            if (!IsPlainPath(path))
                yield return $"{name} '{path}' must be an absolute path of letters, digits and ._-/.";
        }

        if (StateDirectory.Length > MaxStateDirectoryLength)
            yield return $"{nameof(StateDirectory)} may have at most {MaxStateDirectoryLength} characters.";
        if (RuntimeHandler is not (Auto or "runsc" or "kata" or "runc" or "crun"))
            yield return $"{nameof(RuntimeHandler)} '{RuntimeHandler}' must be auto, runsc, kata, runc or crun.";
        if (!IPNetwork.TryParse(PodSubnet, out var subnet) || subnet.BaseAddress.GetAddressBytes().Length != 4
            || subnet.PrefixLength is < 8 or > MaxSubnetPrefixLength)
            yield return $"{nameof(PodSubnet)} '{PodSubnet}' must be an IPv4 range "
                + $"from /8 to /{MaxSubnetPrefixLength}.";
        if (DnsServers.FirstOrDefault(s => !IsReachable(s)) is { } server)
            yield return $"{nameof(DnsServers)} contains '{server}', which is no IPv4 address that a pod can reach.";
        foreach (var wrong in Network.Validate())
            yield return wrong;
        if (GvisorPlatform is not ("systrap" or "ptrace" or "kvm"))
            yield return $"{nameof(GvisorPlatform)} '{GvisorPlatform}' must be systrap, ptrace or kvm.";
        if (WarmSandboxes is < 0 or > MaxWarmSandboxes)
            yield return $"{nameof(WarmSandboxes)} must be 0 to {MaxWarmSandboxes}.";
        if (WarmSandboxes > 0 && ExistingSocket is not null)
            yield return $"{nameof(WarmSandboxes)} needs a containerd of the host's own; "
                + "with another one it must be 0.";
        if (MaxImageBytes <= 0)
            yield return $"{nameof(MaxImageBytes)} must be above zero.";
        if (MaxUnpackedBytes <= 0)
            yield return $"{nameof(MaxUnpackedBytes)} must be above zero.";
        if (MaxCacheBytes <= 0)
            yield return $"{nameof(MaxCacheBytes)} must be above zero.";
        if (MaxImageFiles <= 0)
            yield return $"{nameof(MaxImageFiles)} must be above zero.";
        if (MaxImageLayers is < 1 or > 120)
            yield return $"{nameof(MaxImageLayers)} must be 1 to 120.";
        if (PullTimeout <= TimeSpan.Zero || PullTimeout > TimeSpan.FromMinutes(10))
            yield return $"{nameof(PullTimeout)} must be above zero and at most ten minutes.";
        if (MaxConcurrentPulls is < 1 or > 64)
            yield return $"{nameof(MaxConcurrentPulls)} must be 1 to 64.";
        if (MaxLogLineLength is < 256 or > 1024 * 1024)
            yield return $"{nameof(MaxLogLineLength)} must be 256 to 1048576.";
    }

    /// <summary>Pods have no IPv6, and their loopback is their own.</summary>
    private static bool IsReachable(string server) =>
        IPAddress.TryParse(server, out var address) && address.ToString() == server
        && address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address);

    private static bool IsPlainPath(string path) =>
        path.Length > 1 && path[0] == '/' && path[^1] != '/' && !path.Contains("//", StringComparison.Ordinal)
        && !path.AsSpan().ContainsAnyExcept(PathCharacters);
}
