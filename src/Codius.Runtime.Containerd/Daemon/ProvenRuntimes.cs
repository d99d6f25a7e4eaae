namespace Codius.Runtime.Containerd.Daemon;

/// <summary>
/// Remembers until the machine is started anew which runtime a sandbox was made in, so that the next life of the host,
/// whose pods wait for it, need not try again.
/// </summary>
internal sealed class ProvenRuntimes(ContainerdOptions options)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private readonly string _file = Path.Combine(options.StateDirectory, "proven-runtime");

    public bool Contain(RuntimeHandler handler) => File.Exists(_file) && File.ReadAllText(_file) == KeyOf(handler);

    public void Remember(RuntimeHandler handler) => File.WriteAllText(_file, KeyOf(handler));

    /// <summary>Another program in the same place has to prove itself again.</summary>
    private string KeyOf(RuntimeHandler handler) => string.Join(
        '\n',
        File.ReadAllText(BootId).Trim(),
        handler,
        options.GvisorPlatform,
        options.ExistingSocket,
        File.Exists(handler.Program) ? $"{File.GetLastWriteTimeUtc(handler.Program):O}" : "");
}
