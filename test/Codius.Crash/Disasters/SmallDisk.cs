using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;

namespace Codius.Crash.Disasters;

/// <summary>A small tmpfs in which a host has its root directory.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _point = new();

    private SmallDisk()
    {
    }

    /// <summary>A host sells no pod for whose disk there is no room; this one sells more than there is.</summary>
    public HostSettings Settings => new()
    {
        Disk = _point.Path,
        Others = new Dictionary<string, string> { ["MaxDiskFraction"] = "1000" },
    };

    private string Filling => _point["filling"];

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk._point.Path);
        return disk;
    }

    /// <summary>Until nothing more goes in.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(Filling, FileMode.Create, FileAccess.Write);
        for (var size = 1 << 20; size > 0; size /= 16)
            FillWith(file, new byte[size]);
    }

    public void Free() => File.Delete(Filling);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "--lazy", _point.Path);
        _point.Dispose();
    }

    private static void FillWith(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] piece)
    {
        try
        {
            while (true)
                RandomAccess.Write(file, piece, RandomAccess.GetLength(file));
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    private static async Task RunAsync(string program, params string[] arguments) =>
        (await RunningProgram.RunAsync(new ProgramStart(program, arguments))).EnsureSuccess();
}
