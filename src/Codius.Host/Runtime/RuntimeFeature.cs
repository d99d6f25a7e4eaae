using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Runtime.Hyperd;
using Codius.Runtime.Containerd;
using Codius.Runtime.Containerd.Network;
using Microsoft.Extensions.Options;

namespace Codius.Host.Runtime;

/// <summary>What runs the pods: containerd, told by the host's settings, or what the original host had.</summary>
public static class RuntimeFeature
{
    public static IServiceCollection AddRuntime(this IServiceCollection services)
    {
        services.AddSection<NetworkOptions>("Network");
        services.AddSection<HyperOptions>("Hyper").Validate(
            hyper => hyper is not { Noop: true, Socket: not null },
            "Codius:Hyper:Socket (CODIUS_HYPER_SOCKET) has no use with Codius:Hyper:Noop (CODIUS_HYPER_NOOP)");
        services.AddContainerdRuntime(_ => { });
        services.AddSingleton<IPodRuntime>(Choose);
        services.AddSingleton<IsolationGate>();
        services.AddSection<ImageOptions>("Images").ValidateDataAnnotations();
        services.AddOptions<ContainerdOptions>()
            .Configure<IOptions<HostOptions>, IOptions<NetworkOptions>>((containerd, host, network) =>
                Apply(host.Value, network.Value, containerd))
            .Configure<IOptions<ImageOptions>>((containerd, images) => Apply(images.Value, containerd));
        return services;
    }

    /// <summary>The runtime's options as the host's settings tell them.</summary>
    public static void Apply(HostOptions host, NetworkOptions network, ContainerdOptions containerd)
    {
        containerd.Network = network;
        var runtime = host.Runtime;
        containerd.Instance = runtime.Instance;
        containerd.RootDirectory = Path.Combine(Path.GetFullPath(host.RootDirectory), "containerd");
        containerd.StateDirectory = "/run/codius/" + runtime.Instance;
        containerd.RuntimeHandler = runtime.Handler.ToString().ToLowerInvariant();
        containerd.TrustCode = runtime.TrustCode;
        containerd.RuntimePath = runtime.Program;
        containerd.GvisorPlatform = runtime.GvisorPlatform;
        containerd.PodSubnet = runtime.Subnet;
        containerd.DnsServers = [.. runtime.DnsServers];
        containerd.WarmSandboxes = runtime.WarmSandboxesOrDefault;
        containerd.ExistingSocket = runtime.ContainerdSocket;
        containerd.AllowPrivateRegistries = runtime.AllowPrivateRegistries ?? host.Development;
        if (runtime.CniDirectory is { } directory)
            containerd.CniPluginDirectories = [directory];
    }

    private static IPodRuntime Choose(IServiceProvider services)
    {
        var hyper = services.GetRequiredService<IOptions<HyperOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        return hyper.Noop ? new NoopPodRuntime(time, services.GetRequiredService<ILogger<NoopPodRuntime>>())
            : hyper.Socket is not null ? new HyperdPodRuntime(hyper, time)
            : services.GetRequiredService<ContainerdPodRuntime>();
    }

    private static void Apply(ImageOptions images, ContainerdOptions containerd)
    {
        const long Mebi = 1024 * 1024;
        containerd.MaxImageBytes = images.MaxMiB * Mebi;
        containerd.MaxUnpackedBytes = images.MaxUnpackedMiB * Mebi;
        containerd.MaxImageFiles = images.MaxFiles;
        containerd.MaxImageLayers = images.MaxLayers;
        containerd.MaxCacheBytes = images.CacheMiB * Mebi;
    }
}
