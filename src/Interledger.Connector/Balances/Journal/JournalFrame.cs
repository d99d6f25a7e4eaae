using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Interledger.Connector.Balances.Journal;

/// <summary>
/// What stands around the entries that are written at once. Frames are numbered without gaps, and each says up to which
/// number the disk had everything when it was written: damage before that point is damage, damage behind it is what a
/// power loss leaves.
/// <code>
/// magic 4 | length of the entries 4 | CRC-32C of all that follows 4 | number 8 | on disk up to 8 | entries
/// </code>
/// All numbers are big-endian.
/// </summary>
/// <param name="Number">Its number.</param>
/// <param name="OnDisk">The last number that was surely on the disk.</param>
/// <param name="Length">Of the whole frame, in octets.</param>
internal readonly record struct JournalFrame(long Number, long OnDisk, int Length)
{
    public const int HeaderLength = 28;

    private const int LengthOffset = 4;
    private const int ChecksumOffset = 8;
    private const int NumberOffset = 12;
    private const int OnDiskOffset = 20;

    public static ReadOnlySpan<byte> Magic => "ILPj"u8;

    /// <summary>Fills in the header before the entries, which are all that follows in the buffer.</summary>
    public static void Seal(Span<byte> frame, long number, long onDisk)
    {
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame[LengthOffset..], frame.Length - HeaderLength);
        BinaryPrimitives.WriteInt64BigEndian(frame[NumberOffset..], number);
        BinaryPrimitives.WriteInt64BigEndian(frame[OnDiskOffset..], onDisk);
        BinaryPrimitives.WriteUInt32BigEndian(frame[ChecksumOffset..], Checksum(frame[NumberOffset..]));
    }

    /// <summary>Reads the frame that begins here, if all of it is there and as it was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out JournalFrame frame, out ReadOnlySpan<byte> entries)
    {
        frame = default;
        entries = default;
        if (octets.Length < HeaderLength || !octets.StartsWith(Magic))
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(octets[LengthOffset..]);
        if (length < 0 || length > octets.Length - HeaderLength)
            return false;
        var whole = octets[..(HeaderLength + length)];
        if (BinaryPrimitives.ReadUInt32BigEndian(octets[ChecksumOffset..]) != Checksum(whole[NumberOffset..]))
            return false;
        frame = new JournalFrame(
            BinaryPrimitives.ReadInt64BigEndian(octets[NumberOffset..]),
            BinaryPrimitives.ReadInt64BigEndian(octets[OnDiskOffset..]),
            whole.Length);
        entries = whole[HeaderLength..];
        return true;
    }

    public static uint Checksum(ReadOnlySpan<byte> octets)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(octets))
            crc = BitOperations.Crc32C(crc, word);
        foreach (var octet in octets[(octets.Length & ~(sizeof(ulong) - 1))..])
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
