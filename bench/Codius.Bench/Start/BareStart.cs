using System.Diagnostics;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Cri.V1;

namespace Codius.Bench.Start;

/// <summary>The same container by three CRI calls at the same containerd: no payment, no host, no ingress.</summary>
public sealed class BareStart(BenchHost host, string handler) : IDisposable
{
    /// <summary>Where the names of its pods are; the host's have another place.</summary>
    public const string Namespace = "bare";

    private readonly CriClient _cri = new(host.ContainerdSocket, TimeProvider.System);

    public async Task<TimeSpan> MeasureAsync(string name)
    {
        var (sandbox, elapsed) = await StartAsync(name);
        await RemoveAsync(sandbox);
        return elapsed;
    }

    /// <summary>Starts one that stays until it is removed.</summary>
    public async Task<(string Sandbox, TimeSpan ToFirstAnswer)> StartAsync(string name)
    {
        var image = (await _cri.ImageStatusAsync(host.Image.Reference.ToString(), default))
            .Require("ImageStatus").Image.Id;
        var config = Sandbox(name);
        var started = Stopwatch.GetTimestamp();
        var sandbox = (await _cri.RunPodSandboxAsync(config, handler, default)).Require("RunPodSandbox").PodSandboxId;
        try
        {
            var container = (await _cri.CreateContainerAsync(sandbox, Container(image), config, default))
                .Require("CreateContainer").ContainerId;
            (await _cri.StartContainerAsync(container, default)).Require("StartContainer");
            var status = (await _cri.PodSandboxStatusAsync(sandbox, verbose: false, default))
                .Require("PodSandboxStatus");
            var address = status.Status.Network.Ip;
            await FirstAnswer.WaitAsync(new Uri($"http://{address}:8080/cgi-bin/index.cgi"), address);
            return (sandbox, Stopwatch.GetElapsedTime(started));
        }
        catch
        {
            await RemoveAsync(sandbox);
            throw;
        }
    }

    public async Task RemoveAsync(string sandbox)
    {
        await _cri.StopPodSandboxAsync(sandbox, default);
        await _cri.RemovePodSandboxAsync(sandbox, default);
    }

    public void Dispose() => _cri.Dispose();

    private PodSandboxConfig Sandbox(string name) => new()
    {
        Metadata = new PodSandboxMetadata { Name = name, Uid = name, Namespace = Namespace },
        Hostname = "bare",
        LogDirectory = Path.GetTempPath(),
        Linux = new LinuxPodSandboxConfig
        {
            // Below the host's own: elsewhere the two shares of a CPU that containerd gives to a sandbox compete with
            // the whole machine, which starves gVisor's kernel.
            CgroupParent = host.CgroupParent,
            SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = Namespaces, Seccomp = Default },
        },
    };

    private static ContainerConfig Container(string image) => new()
    {
        Metadata = new ContainerMetadata { Name = "web" },
        Image = new ImageSpec { Image = image },
        Linux = new LinuxContainerConfig
        {
            SecurityContext = new LinuxContainerSecurityContext
            {
                NamespaceOptions = Namespaces,
                Seccomp = Default,
                NoNewPrivs = true,
            },
        },
    };

    private static NamespaceOption Namespaces =>
        new() { Network = NamespaceMode.Pod, Pid = NamespaceMode.Container, Ipc = NamespaceMode.Pod };

    private static SecurityProfile Default =>
        new() { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault };
}
