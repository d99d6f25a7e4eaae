using System.Reflection;
using Codius.Runtime.Containerd.Daemon;

namespace Codius.Runtime.Containerd.Gvisor;

/// <summary>
/// What containerd's stock shim calls instead of `runsc` where gVisor's own shim is not installed (Debian's package
/// has none). The script itself says how it works.
/// </summary>
internal static class RunscStandIn
{
    private const string Resource = "runsc-stand-in.sh";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static async Task WriteAsync(
        RuntimeHandler handler, ContainerdOptions options, CancellationToken cancellationToken)
    {
        await using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        using var reader = new StreamReader(resource);
        var script = await reader.ReadToEndAsync(cancellationToken);
        script = script
            .Replace("@RUNSC@", handler.Program)
            .Replace("@PLATFORM@", options.GvisorPlatform);
        await File.WriteAllTextAsync(handler.Binary, script, cancellationToken);
        File.SetUnixFileMode(handler.Binary, Mode);
    }
}
