using Codius.Testing.Processes;

namespace Codius.Storage.Tests.Sqlite;

/// <summary>A disk in memory that is soon full. Mounting it needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _mountPoint = new();

    private SmallDisk()
    {
    }

    public string this[string name] => _mountPoint[name];

    public static async Task<SmallDisk> MountAsync(int kibibytes)
    {
        var disk = new SmallDisk();
        (await RunningProgram.RunAsync(
            new ProgramStart("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", disk._mountPoint.Path)))
            .EnsureSuccess();
        return disk;
    }

    /// <summary>Takes all room but some.</summary>
    public void Fill(int butBytes)
    {
        using var ballast = new FileStream(this["ballast"], FileMode.Create, FileAccess.Write, FileShare.None, 0);
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

    public void MakeRoom() => File.Delete(this["ballast"]);

    public async ValueTask DisposeAsync()
    {
        // Lazy: a store that a failed test has left open is no reason to leave the mount.
        (await RunningProgram.RunAsync(new ProgramStart("umount", "--lazy", _mountPoint.Path))).EnsureSuccess();
        _mountPoint.Dispose();
    }
}
