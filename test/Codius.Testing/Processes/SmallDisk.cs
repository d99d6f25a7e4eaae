namespace Codius.Testing.Processes;

/// <summary>A disk in memory that is soon full. Mounting it needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _mountPoint = new();

    private SmallDisk()
    {
    }

    public string Path => _mountPoint.Path;

    private string Ballast => this["ballast"];

    public string this[string name] => _mountPoint[name];

    public static async Task<SmallDisk> MountAsync(int kibibytes)
    {
        var disk = new SmallDisk();
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", disk.Path);
        return disk;
    }

    /// <summary>Takes all room but some.</summary>
    public void Fill(int butBytes = 0)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var block = new byte[4096];
        try
        {
            while (true)
                ballast.Write(block);
        }
        catch (IOException)
        {
            ballast.SetLength(ballast.Length - butBytes);
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        // Lazy: what a failed test has left open is no reason to leave the mount.
        await RunAsync("umount", "--lazy", Path);
        _mountPoint.Dispose();
    }

    private static async Task RunAsync(string program, params string[] arguments) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess();
}
