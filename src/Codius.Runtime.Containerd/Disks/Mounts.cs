using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// What is mounted by system calls, man 2 mount: a payer would wait for a program, and that for the list of all mounts.
/// </summary>
internal static class Mounts
{
    private const nuint BindFlag = 0x1000;
    private const nuint NoDevicesFlag = 4;
    private const nuint NoAccessTimesFlag = 0x400;
    private const int DetachFlag = 2;
    private const int NoEntry = 2;
    private const int Invalid = 22;

    /// <summary>Has a directory be seen in the place of another.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Bind(string directory, string at)
    {
        if (Mount(directory, at, null, BindFlag, null) != 0)
            throw new IOException($"Cannot mount {directory} at {at}: {LastError()}");
    }

    /// <summary>Mounts a device with ext4 on it. What is deleted there is given back.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void MountDisk(string device, string at)
    {
        if (Mount(device, at, "ext4", NoDevicesFlag | NoAccessTimesFlag, "discard") != 0)
            throw new IOException($"Cannot mount {device} at {at}: {LastError()}");
    }

    /// <summary>
    /// Takes away what was mounted last at a directory, if anything was. What is in use is hidden, and goes when it no
    /// longer is.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Unmount(string directory)
    {
        if (Unmount(directory, 0) != 0 && Unmount(directory, DetachFlag) != 0
            && Marshal.GetLastPInvokeError() is not (NoEntry or Invalid))
            throw new IOException($"Cannot unmount {directory}: {LastError()}");
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string target,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string? type,
        nuint flags,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string? options);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static extern int Unmount([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int flags);
}
