using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Codius.Runtime.Containerd.Images.Pause;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// The program that holds a pod's namespaces open, and passes the pod's connections to port 7768 of its localhost on to
/// the host's door (Pause/pause.c), and beside it one that names them. Both are assembled here, so that no registry is
/// needed to start a pod and nothing of a sandbox comes from elsewhere.
/// </summary>
internal static class PauseImage
{
    public const string Name = "codius.local/pause:3";

    /// <summary>Names the sandbox that it is run in: its one argument is the name.</summary>
    public const string HostNameProgram = "/hostname";

    private const ulong LoadAddress = 0x400000;
    private const int HeaderLength = 64 + 56;

    /// <summary>
    /// mov rdi, [rsp+16]; xor esi, esi; length: cmp byte [rdi+rsi], 0; je set; inc esi; jmp length;
    /// set: mov eax, 170 (sethostname); syscall; mov edi, eax; mov eax, 60 (exit); syscall
    /// </summary>
    private static ReadOnlySpan<byte> HostNameX64 =>
    [
        0x48, 0x8B, 0x7C, 0x24, 16, 0x31, 0xF6, 0x80, 0x3C, 0x37, 0, 0x74, 4, 0xFF, 0xC6, 0xEB, 0xF6,
        0xB8, 170, 0, 0, 0, 0x0F, 0x05, 0x89, 0xC7, 0xB8, 60, 0, 0, 0, 0x0F, 0x05,
    ];

    /// <summary>
    /// ldr x0, [sp, 16]; mov x1, xzr; length: ldrb w2, [x0, x1]; cbz w2, set; add x1, x1, 1; b length;
    /// set: mov x8, 161 (sethostname); svc 0; mov x8, 93 (exit); svc 0
    /// </summary>
    private static ReadOnlySpan<uint> HostNameArm64 =>
    [
        0xF9400BE0, 0xAA1F03E1, 0x38616802, 0x34000062, 0x91000421, 0x17FFFFFD, 0xD2801428, 0xD4000001, 0xD2800BA8,
        0xD4000001,
    ];

    public static void Write(Stream destination, Architecture architecture) => OciImage.Write(
        destination,
        Name,
        architecture,
        ("/pause", Program(
            architecture, Convert.FromBase64String(PauseCode.X64), Convert.FromBase64String(PauseCode.Arm64))),
        (HostNameProgram, Program(architecture, HostNameX64, MemoryMarshal.AsBytes(HostNameArm64))));

    /// <summary>An ELF file of one loadable segment, which is the file itself: man 5 elf.</summary>
    private static byte[] Program(Architecture architecture, ReadOnlySpan<byte> x64, ReadOnlySpan<byte> arm64)
    {
        var code = architecture switch
        {
            Architecture.X64 => x64,
            Architecture.Arm64 => arm64,
            _ => throw new PlatformNotSupportedException($"Pods cannot run on {architecture}."),
        };
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
