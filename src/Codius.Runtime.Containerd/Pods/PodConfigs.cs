using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri.V1;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// What containerd is asked for. Whatever is left out of such a request is granted, a writable /proc/sys among it:
/// everything that confines a pod is named here.
/// </summary>
internal sealed class PodConfigs(ContainerdOptions options, PodLabels labels, PodFiles files)
{
    /// <summary>Above the machine's own programs (0), so that pods are killed first when its memory is short.</summary>
    private const int OomScore = 500;

    /// <summary>
    /// What ordinary images need to change owners and users and to listen on low ports, and nothing more.
    /// </summary>
    private static readonly string[] Capabilities =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE"];

    private static readonly string[] MaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadonlyPaths =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    private static readonly SecurityProfile RuntimeDefault =
        new() { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault };

    /// <summary>A network and IPC for the pod, process ids for each container; nothing of the machine's.</summary>
    private static readonly NamespaceOption Namespaces =
        new() { Network = NamespaceMode.Pod, Pid = NamespaceMode.Container, Ipc = NamespaceMode.Pod };

    public PodSandboxConfig Sandbox(PodSpec spec, string cgroup) =>
        Sandbox(spec.Id, spec.Manifest.Value, cgroup, labels.ForSandbox(spec));

    /// <summary>A sandbox whose pod is not known yet.</summary>
    public PodSandboxConfig WarmSandbox(PodId id, string cgroup) =>
        Sandbox(id, id.Value, cgroup, labels.ForWarm(id));

    private PodSandboxConfig Sandbox(
        PodId id, string hostName, string cgroup, IReadOnlyDictionary<string, string> sandboxLabels)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata
            {
                Name = id.Value,
                Uid = id.Value,
                Namespace = "codius-" + options.Instance,
            },
            Hostname = hostName,
            LogDirectory = files.Logs(id),
            DnsConfig = new DNSConfig { Servers = { options.DnsServersOrDefault } },
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = cgroup,
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    NamespaceOptions = Namespaces,
                    ReadonlyRootfs = true,
                    Privileged = false,
                    Seccomp = RuntimeDefault,
                },
            },
        };
        foreach (var (key, value) in sandboxLabels)
            config.Labels.Add(key, value);
        return config;
    }

    /// <summary>A container of <paramref name="imageId"/>. The pod's cgroup is what limits; the memory limit is
    /// repeated so that a kill is seen as this container's. Every attempt writes to the same log.</summary>
    public ContainerConfig Container(PodSpec spec, int index, string imageId, uint attempt = 0)
    {
        var container = spec.Containers[index];
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = attempt },
            Image = new ImageSpec { Image = imageId },
            Args = { container.Command ?? [] },
            WorkingDir = container.WorkingDirectory ?? "",
            Envs = { container.Environment.Select(e => new KeyValue { Key = e.Key, Value = e.Value }) },
            LogPath = PodFiles.LogName(index),
            Mounts =
            {
                new Mount { ContainerPath = "/etc/hosts", HostPath = files.Hosts(spec.Id), Readonly = true },
                new Mount { ContainerPath = "/etc/resolv.conf", HostPath = files.Resolver(spec.Id), Readonly = true },
                new Mount { ContainerPath = "/etc/hostname", HostPath = files.HostName(spec.Id), Readonly = true },
            },
            Linux = new LinuxContainerConfig
            {
                Resources = new LinuxContainerResources
                {
                    MemoryLimitInBytes = spec.Limits.MemoryBytes,
                    OomScoreAdj = OomScore,
                },
                SecurityContext = Confinement(),
            },
        };
        foreach (var (key, value) in labels.ForContainer(spec, index))
            config.Labels.Add(key, value);
        return config;
    }

    private static LinuxContainerSecurityContext Confinement() => new()
    {
        Capabilities = new Capability { DropCapabilities = { "ALL" }, AddCapabilities = { Capabilities } },
        NamespaceOptions = Namespaces,
        NoNewPrivs = true,
        Privileged = false,
        MaskedPaths = { MaskedPaths },
        ReadonlyPaths = { ReadonlyPaths },
        Seccomp = RuntimeDefault,
    };
}
