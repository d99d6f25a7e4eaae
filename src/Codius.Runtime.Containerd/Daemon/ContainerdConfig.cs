using Codius.Runtime.Containerd.Images;

namespace Codius.Runtime.Containerd.Daemon;

/// <summary>The configuration of a private containerd, one text for versions 1.6 to 2.1.</summary>
internal static class ContainerdConfig
{
    public static string Write(
        ContainerdOptions options, IReadOnlyList<RuntimeHandler> handlers, string cniPlugins) => $"""
        version = 2
        root = "{options.RootDirectory}/store"
        state = "{TasksDirectory(options)}"
        disabled_plugins = ["io.containerd.internal.v1.opt"]

        [grpc]
          address = "{options.SocketPath}"

        [ttrpc]
          address = "{options.StateDirectory}/ttrpc.sock"

        [debug]
          level = "warn"

        # What is removed is cleaned up soon, and not at the hundredth change.
        [plugins."io.containerd.gc.v1.scheduler"]
          deletion_threshold = 1
          schedule_delay = "100ms"

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{PauseImage.Name}"
          disable_tcp_service = true
          stream_server_address = "127.0.0.1"
          restrict_oom_score_adj = true
          netns_mounts_under_state_dir = true
          # What an image declares as a volume would be a directory of this machine, beyond any quota.
          ignore_image_defined_volumes = true

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{cniPlugins}"
            conf_dir = "{CniDirectory(options)}"
            max_conf_num = 1

          [plugins."io.containerd.grpc.v1.cri".containerd]
            default_runtime_name = "{(handlers.Count > 0 ? handlers[0].Name : "none")}"

        {string.Concat(handlers.Select(h => Section(options, h)))}
        """;

    /// <summary>Settings of gVisor's own shim.</summary>
    public static string RunscSettings(ContainerdOptions options, RuntimeHandler handler) => $"""
        binary_name = "{handler.Binary}"
        root = "{RuntimeRoot(options, handler)}"

        [runsc_config]
          platform = "{options.GvisorPlatform}"
          overlay2 = "none"

        """;

    /// <summary>What tasks run from, a directory for each below one for each namespace.</summary>
    public static string BundlesDirectory(ContainerdOptions options) =>
        Path.Combine(TasksDirectory(options), "io.containerd.runtime.v2.task");

    public static string CniDirectory(ContainerdOptions options) => Path.Combine(options.RootDirectory, "cni");

    private static string TasksDirectory(ContainerdOptions options) => $"{options.StateDirectory}/tasks";

    private static string Section(ContainerdOptions options, RuntimeHandler handler)
    {
        const string Runtimes = "plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes";
        var settings = handler switch
        {
            { Name: RuntimeHandler.Kata } => "",
            { ConfigPath: { } path } => $"""
                [{Runtimes}.{handler.Name}.options]
                  TypeUrl = "io.containerd.runsc.v1.options"
                  ConfigPath = "{path}"
                """,
            _ => $"""
                [{Runtimes}.{handler.Name}.options]
                  BinaryName = "{handler.Binary}"
                  Root = "{RuntimeRoot(options, handler)}"
                """,
        };
        return $"""
            [{Runtimes}.{handler.Name}]
              runtime_type = "{handler.Type}"
            {settings}

            """;
    }

    /// <summary>Where a runtime keeps what it knows, in a directory for each of containerd's namespaces.</summary>
    public static string RuntimeRoot(ContainerdOptions options, RuntimeHandler handler) =>
        Path.Combine(options.StateDirectory, handler.Name);
}
