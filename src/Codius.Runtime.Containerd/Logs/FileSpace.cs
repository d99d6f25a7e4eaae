using System.Runtime.InteropServices;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// What a file has of the disk, whatever its length: man 2 fallocate. A file system that cannot do this, or has no room
/// left, leaves things as they are.
/// </summary>
internal static class FileSpace
{
    private const int KeepSize = 1;
    private const int PunchHole = 2;

    /// <summary>Takes space from an offset on before it is needed.</summary>
    public static void Reserve(string path, long offset, long length) => Allocate(path, KeepSize, offset, length);

    /// <summary>Gives the beginning back to the disk: it reads as zeros from then on.</summary>
    public static void GiveBack(string path, long length) => Allocate(path, KeepSize | PunchHole, 0, length);

    private static void Allocate(string path, int mode, long offset, long length)
    {
        using var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _ = Allocate(file, mode, offset, length);
    }

    [DllImport("libc", EntryPoint = "fallocate64")]
    private static extern int Allocate(SafeHandle file, int mode, long offset, long length);
}
