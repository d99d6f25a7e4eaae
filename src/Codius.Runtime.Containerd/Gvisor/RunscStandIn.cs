using System.Reflection;

namespace Codius.Runtime.Containerd.Gvisor;

/// <summary>
/// What containerd's stock shim calls instead of `runsc` where gVisor's own shim is not installed (Debian's package
/// has none). The script itself says how it works.
/// </summary>
internal static class RunscStandIn
{
    private const string Resource = "runsc-stand-in.sh";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static async Task WriteAsync(string path, string runsc, string platform, CancellationToken cancellationToken)
    {
        await using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        using var reader = new StreamReader(resource);
        var script = await reader.ReadToEndAsync(cancellationToken);
        await File.WriteAllTextAsync(
            path, script.Replace("@RUNSC@", runsc).Replace("@PLATFORM@", platform), cancellationToken);
        File.SetUnixFileMode(path, Mode);
    }
}
