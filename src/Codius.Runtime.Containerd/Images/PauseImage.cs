using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Codius.Runtime.Containerd.Images.Pause;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// The program that holds a pod's namespaces open, and passes the pod's connections to port 7768 of its localhost on to
/// the host's door (Pause/pause.c), and beside it one that names them (Pause/hostname.c). Both are assembled here, so
/// that no registry is needed to start a pod and nothing of a sandbox comes from elsewhere.
/// </summary>
internal static class PauseImage
{
    public const string Name = "codius.local/pause:4";

    /// <summary>Names the sandbox that it is run in: it writes a byte when it is there, and reads the name.</summary>
    public const string HostNameProgram = "/hostname";

    private const ulong LoadAddress = 0x400000;
    private const int HeaderLength = 64 + 56;

    public static void Write(Stream destination, Architecture architecture) => OciImage.Write(
        destination,
        Name,
        architecture,
        ("/pause", Program(architecture, PauseCode.X64, PauseCode.Arm64)),
        (HostNameProgram, Program(architecture, HostNameCode.X64, HostNameCode.Arm64)));

    /// <summary>An ELF file of one loadable segment, which is the file itself: man 5 elf.</summary>
    private static byte[] Program(Architecture architecture, string x64, string arm64)
    {
        var code = Convert.FromBase64String(architecture switch
        {
            Architecture.X64 => x64,
            Architecture.Arm64 => arm64,
            _ => throw new PlatformNotSupportedException($"Pods cannot run on {architecture}."),
        });
        var file = new byte[HeaderLength + code.Length];
        var elf = file.AsSpan();
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(elf);
        WriteUInt16(elf[16..], 2);
        WriteUInt16(elf[18..], (ushort)(architecture == Architecture.X64 ? 62 : 183));
        WriteUInt32(elf[20..], 1);
        WriteUInt64(elf[24..], LoadAddress + HeaderLength);
        WriteUInt64(elf[32..], 64);
        WriteUInt16(elf[52..], 64);
        WriteUInt16(elf[54..], 56);
        WriteUInt16(elf[56..], 1);
        var segment = elf[64..];
        WriteUInt32(segment, 1);
        WriteUInt32(segment[4..], 5);
        WriteUInt64(segment[16..], LoadAddress);
        WriteUInt64(segment[24..], LoadAddress);
        WriteUInt64(segment[32..], (ulong)file.Length);
        WriteUInt64(segment[40..], (ulong)file.Length);
        WriteUInt64(segment[48..], 0x1000);
        code.CopyTo(elf[HeaderLength..]);
        return file;
    }

    private static void WriteUInt16(Span<byte> at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(at, value);

    private static void WriteUInt32(Span<byte> at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(at, value);

    private static void WriteUInt64(Span<byte> at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(at, value);
}
