using Codius.Core.Manifests;
using Codius.Host.Uplink;

namespace Codius.Host.Configuration;

/// <summary>
/// The settings of the host as a whole: section <c>Codius</c> of the configuration. A feature with settings of its own
/// binds a sub-section (see <see cref="ConfigurationExtensions.AddSection{T}"/>). All are told in
/// <c>deploy/codiusd.sample.json</c> and <c>docs/operators.md</c>.
/// </summary>
public sealed class HostOptions
{
    public const string Section = "Codius";

    /// <summary>The store, in the root directory.</summary>
    public const string StoreFile = "codius.db";

    /// <summary>HTTP/1.1 and WebSocket; 0 takes any free port.</summary>
    public int Port { get; set; } = 3000;

    public string BindIp { get; set; } = "127.0.0.1";

    /// <summary>HTTP/2 without TLS, with prior knowledge; none when null.</summary>
    public int? H2cPort { get; set; }

    /// <summary>Where the world finds this host, without a path; pods are at sub-domains of it.</summary>
    public string PublicUri { get; set; } = "";

    public bool Development { get; set; }

    public string RootDirectory { get; set; } = "/var/lib/codius";

    /// <summary>
    /// For one pod of the small machine class, in whole units of the asset, or of the currency of
    /// <c>Codius:Rates</c>.
    /// </summary>
    public decimal CostPerMonth { get; set; } = 10;

    public AssetOptions Asset { get; set; } = new();

    public QuoteMode QuoteMode { get; set; }

    /// <summary>How long a price that was told is honoured after the host's price changed.</summary>
    public TimeSpan QuoteValidity { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The part of the machine's memory that pods may use.</summary>
    public double MaxMemoryFraction { get; set; } = 0.75;

    /// <summary>
    /// How many times over that memory is sold: above 1 only where pods are known to use little of what they pay for.
    /// </summary>
    public double MemoryOvercommit { get; set; } = 1;

    /// <summary>
    /// How many CPUs pods may be sold for each that the machine has. A pod uses those of its class only while others
    /// leave them idle, so this may be above 1.
    /// </summary>
    public double MaxCpuFraction { get; set; } = 16;

    /// <summary>
    /// The part of the disk space that is free for <see cref="RootDirectory"/> at the start that pods may be sold for
    /// their disks and logs. Above 1, more is sold than there is.
    /// </summary>
    public double MaxDiskFraction { get; set; } = 0.75;

    /// <summary>Whether <c>/info</c> tells the number of running pods.</summary>
    public bool AdditionalHostInfo { get; set; } = true;

    /// <summary>Whether images may be named by a tag, so that a manifest's hash no longer says what runs.</summary>
    public bool AllowTags { get; set; }

    public RuntimeOptions Runtime { get; set; } = new();

    public UplinkOptions Uplink { get; set; } = new();

    public LimitOptions Limits { get; set; } = new();

    /// <summary>The URL of a pod, as answers name it.</summary>
    public string UrlOf(ManifestHash hash)
    {
        var host = PublicUri.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        return $"{PublicUri[..host]}{hash}.{PublicUri[host..]}/";
    }
}

/// <summary>The play-money asset. With an uplink, its asset is learnt from there.</summary>
public sealed class AssetOptions
{
    public string Code { get; set; } = "XRP";

    public byte Scale { get; set; } = 9;
}

/// <summary>
/// How a quote is asked for. The two published clients each understand one of them, and cannot be told apart.
/// </summary>
public enum QuoteMode
{
    /// <summary>The price at once, as codius 3.1.0 needs it.</summary>
    Free,

    /// <summary>A 402 first, from which the last unpublished client learns the host's asset.</summary>
    Challenge,
}

public enum RuntimeHandler
{
    /// <summary>
    /// The best that works on this machine: gVisor, then Kata Containers, and only for trusted code runc or crun. The
    /// start is refused where nothing does.
    /// </summary>
    Auto,

    /// <summary>gVisor.</summary>
    Runsc,

    /// <summary>Kata Containers: a virtual machine for each pod.</summary>
    Kata,

    /// <summary>No wall but the kernel's: only with <see cref="RuntimeOptions.TrustCode"/>.</summary>
    Runc,

    /// <inheritdoc cref="Runc"/>
    Crun,
}

public sealed class RuntimeOptions
{
    public RuntimeHandler Handler { get; set; }

    /// <summary>
    /// Whether everybody's code is trusted, so that pods may run with nothing but the kernel around them.
    /// </summary>
    public bool TrustCode { get; set; }

    /// <summary>Names this host's cgroup, network and firewall table, where a machine has several hosts.</summary>
    public string Instance { get; set; } = "host";

    /// <summary>The handler's program if it is not the one on the PATH.</summary>
    public string? Program { get; set; }

    /// <summary>gVisor's platform: systrap, ptrace or kvm.</summary>
    public string GvisorPlatform { get; set; } = "systrap";

    /// <summary>Name servers that pods ask.</summary>
    public IList<string> DnsServers { get; set; } = [];

    /// <summary>
    /// Whether images may come from this machine and from private networks; when null, in development mode only.
    /// </summary>
    public bool? AllowPrivateRegistries { get; set; }

    /// <summary>
    /// Empty sandboxes that are kept ready, so that a start costs only its containers; when null two, or none with an
    /// existing containerd.
    /// </summary>
    public int? WarmSandboxes { get; set; }

    /// <summary>An existing containerd's socket; when null the host starts a private one.</summary>
    public string? ContainerdSocket { get; set; }

    /// <summary>Programs of containerd, runtimes and CNI that are not where the distribution puts them.</summary>
    public string? CniDirectory { get; set; }

    /// <summary>The IPv4 network of the pods.</summary>
    public string Subnet { get; set; } = "10.88.0.0/16";

    /// <summary>
    /// What the empty sandboxes take of the memory that pods may have: gVisor's kernel is most of it.
    /// </summary>
    internal long WarmMemoryBytes => WarmSandboxesOrDefault * MemoryOfWarmSandbox;

    internal int WarmSandboxesOrDefault => WarmSandboxes ?? (ContainerdSocket is null ? 2 : 0);

    private const long MemoryOfWarmSandbox = 32L * 1024 * 1024;
}

public sealed class LimitOptions
{
    public static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    public long MaxConnections { get; set; } = 10_000;

    /// <summary>The longest that a request's body may take to arrive at the host's own routes.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a request's headers may take to arrive.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stopping host waits for requests under way.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
