using Codius.Host.Configuration;
using Codius.Runtime.Containerd;
using Microsoft.Extensions.Options;

namespace Codius.Host.Runtime;

/// <summary>What runs the pods: containerd, told by the host's settings.</summary>
public static class RuntimeFeature
{
    public static IServiceCollection AddRuntime(this IServiceCollection services)
    {
        services.AddContainerdRuntime(_ => { });
        services.AddSection<ImageOptions>("Images").ValidateDataAnnotations();
        services.AddOptions<ContainerdOptions>()
            .Configure<IOptions<HostOptions>>((containerd, host) => Apply(host.Value, containerd))
            .Configure<IOptions<ImageOptions>>((containerd, images) => Apply(images.Value, containerd));
        return services;
    }

    private static void Apply(HostOptions host, ContainerdOptions containerd)
    {
        var runtime = host.Runtime;
        containerd.Instance = runtime.Instance;
        containerd.RootDirectory = Path.Combine(Path.GetFullPath(host.RootDirectory), "containerd");
        containerd.StateDirectory = "/run/codius/" + runtime.Instance;
        containerd.RuntimeHandler = HandlerOf(runtime.Handler);
        containerd.RuntimePath = runtime.Program;
        containerd.GvisorPlatform = runtime.GvisorPlatform;
        containerd.PodSubnet = runtime.Subnet;
        containerd.DnsServers = [.. runtime.DnsServers];
        containerd.ExistingSocket = runtime.ContainerdSocket;
        containerd.AllowPrivateRegistries = runtime.AllowPrivateRegistries ?? host.Development;
        if (runtime.CniDirectory is { } directory)
            containerd.CniPluginDirectories = [directory];
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

    private static string HandlerOf(RuntimeHandler handler) => handler switch
    {
        RuntimeHandler.Runc => "runc",
        RuntimeHandler.Crun => "crun",
        _ => "runsc",
    };
}
