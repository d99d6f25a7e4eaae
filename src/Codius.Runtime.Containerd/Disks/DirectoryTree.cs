using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// Directories with their owners and devices, which the base library neither tells nor sets: man 2 statx, man 2 chown.
/// </summary>
internal static class DirectoryTree
{
    // The parts of struct statx that are used, which has one layout on all machines.
    private const int StatLength = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int DeviceOffset = 136;
    private const uint UserAndGroup = 0x18;
    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;

    /// <summary>Makes a directory like another one, with the directories in it.</summary>
    /// <exception cref="IOException">There is something else in it, or it cannot be made.</exception>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            if (entry is not DirectoryInfo { LinkTarget: null })
                throw new IOException($"{entry.FullName} is no directory.");
            Copy(entry.FullName, Path.Combine(to, entry.Name));
        }

        var (user, group) = OwnerOf(from);
        Require(ChangeOwner(to, user, group), to);
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    /// <summary>Whether two directories are in one file system, however many others there are.</summary>
    /// <exception cref="IOException">One of them is not there.</exception>
    public static bool AreOnOneDevice(string one, string other) => DeviceOf(one) == DeviceOf(other);

    // Major and minor number.
    private static long DeviceOf(string path) => BitConverter.ToInt64(StatOf(path), DeviceOffset);

    private static (uint User, uint Group) OwnerOf(string path)
    {
        var stat = StatOf(path);
        return (BitConverter.ToUInt32(stat, UserOffset), BitConverter.ToUInt32(stat, GroupOffset));
    }

    private static byte[] StatOf(string path)
    {
        var stat = new byte[StatLength];
        Require(Stat(WorkingDirectory, path, NoFollow, UserAndGroup, stat), path);
        return stat;
    }

    private static void Require(int result, string path)
    {
        if (result != 0)
            throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Stat(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] stat);

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
