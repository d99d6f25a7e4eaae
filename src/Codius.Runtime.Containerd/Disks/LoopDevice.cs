using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// A file as a block device, man 4 loop. It is free again when this is disposed and nothing that was mounted from it is
/// mounted any more.
/// </summary>
internal sealed class LoopDevice : IDisposable
{
    private const string Control = "/dev/loop-control";
    private const nuint GetFree = 0x4C82;
    private const nuint Configure = 0x4C0A;
    private const int Busy = 16;
    private const int Tries = 64;

    // struct loop_config of linux/loop.h: the file, and in its struct loop_info64 the flags and a name for people.
    private const int ConfigLength = 304;
    private const int FlagsOffset = 60;
    private const int NameOffset = 64;
    private const int NameLength = 63;
    private const uint FreesItself = 4;

    private readonly SafeFileHandle _device;

    private LoopDevice(string path, SafeFileHandle device) => (Path, _device) = (path, device);

    public string Path { get; }

    /// <exception cref="IOException">The kernel has no loop devices, or is older than 5.8.</exception>
    /// <exception cref="UnauthorizedAccessException">They are not this process's to use.</exception>
    public static LoopDevice Attach(string file)
    {
        using var control = Open(Control);
        using var image = Open(file);
        // Somebody else may take the one that was free.
        for (var left = Tries; left > 0; left--)
        {
            var number = Call(control, GetFree, 0);
            if (number < 0)
                throw Failed(Control, Marshal.GetLastPInvokeError());
            var path = $"/dev/loop{number}";
            var device = Open(path);
            if (Call(device, Configure, ConfigOf(image, file)) == 0)
                return new LoopDevice(path, device);
            var error = Marshal.GetLastPInvokeError();
            device.Dispose();
            if (error != Busy)
                throw Failed(path, error);
        }

        throw new IOException($"{file} finds no free loop device.");
    }

    public void Dispose() => _device.Dispose();

    private static byte[] ConfigOf(SafeFileHandle image, string file)
    {
        var config = new byte[ConfigLength];
        BinaryPrimitives.WriteUInt32LittleEndian(config, (uint)image.DangerousGetHandle());
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(FlagsOffset), FreesItself);
        var name = Encoding.UTF8.GetBytes(file);
        name.AsSpan(0, Math.Min(name.Length, NameLength)).CopyTo(config.AsSpan(NameOffset));
        return config;
    }

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static IOException Failed(string path, int error) => new($"{path}: {new Win32Exception(error).Message}");

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Call(SafeFileHandle file, nuint request, nint argument);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Call(SafeFileHandle file, nuint request, byte[] argument);
}
