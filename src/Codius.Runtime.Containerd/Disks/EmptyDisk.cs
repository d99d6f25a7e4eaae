using System.Globalization;
using System.Runtime.InteropServices;
using Codius.Runtime.Containerd.Processes;
using Microsoft.Win32.SafeHandles;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// What mke2fs writes to make an empty ext4 of a size, kept so that each disk of that size is the same few blocks
/// written again: on a machine with many pods mke2fs takes most of its time to see that nothing is mounted.
/// </summary>
internal sealed class EmptyDisk
{
    private const int Data = 3;
    private const int Hole = 4;
    private const int ChunkBytes = 64 * 1024;

    private readonly long _bytes;
    private readonly List<(long Offset, byte[] Bytes)> _parts = [];

    private EmptyDisk(string file)
    {
        using var image = File.OpenHandle(file);
        _bytes = RandomAccess.GetLength(image);
        for (var from = Seek(image, 0, Data); from >= 0 && from < _bytes; from = Seek(image, from, Data))
        {
            var end = Seek(image, from, Hole);
            for (; from < end; from += ChunkBytes)
                Keep(image, from, (int)Math.Min(ChunkBytes, end - from));
            from = end;
        }
    }

    /// <summary>Has mke2fs make one of so many KiB with room for so many files.</summary>
    /// <param name="file">Where it can do that; the file is gone afterwards.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static async Task<EmptyDisk> MakeAsync(string file, long kibibytes, long inodes)
    {
        string[] format =
        [
            "-q", "-F", "-t", "ext4", "-m", "0", "-N", Number(inodes), "-O", "^has_journal,^resize_inode",
            "-E", "lazy_itable_init=1,nodiscard", file, Number(kibibytes) + "k",
        ];
        try
        {
            var made = await HostCommand.RunAsync("mke2fs", format, input: null, CancellationToken.None);
            return made.Succeeded ? new EmptyDisk(file) : throw new IOException(made.Output.Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Writes it to a new file, which has no more of the disk than what is written.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteTo(string file)
    {
        using var image = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(image, _bytes);
        foreach (var (offset, bytes) in _parts)
            RandomAccess.Write(image, bytes, offset);
    }

    // A file system that knows of no holes says that all is data.
    private void Keep(SafeFileHandle image, long from, int length)
    {
        var bytes = new byte[length];
        var read = RandomAccess.Read(image, bytes, from);
        if (bytes.AsSpan(0, read).ContainsAnyExcept((byte)0))
            _parts.Add((from, bytes[..read]));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "lseek64")]
    private static extern long Seek(SafeHandle file, long offset, int whence);
}
