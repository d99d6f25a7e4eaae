using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Interledger.Oer;

/// <summary>Writes the subset of the Octet Encoding Rules that Interledger uses (RFC 0030).</summary>
public static class OerWriter
{
    /// <summary>Fixed-length integer of one octet (RFC 0030, section 2.1).</summary>
    public static void WriteUInt8(this IBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    /// <summary>Fixed-length integer of two octets, big-endian.</summary>
    public static void WriteUInt16(this IBufferWriter<byte> writer, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(writer.GetSpan(sizeof(ushort)), value);
        writer.Advance(sizeof(ushort));
    }

    /// <summary>Fixed-length integer of four octets, big-endian.</summary>
    public static void WriteUInt32(this IBufferWriter<byte> writer, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(writer.GetSpan(sizeof(uint)), value);
        writer.Advance(sizeof(uint));
    }

    /// <summary>Fixed-length integer of eight octets, big-endian.</summary>
    public static void WriteUInt64(this IBufferWriter<byte> writer, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(writer.GetSpan(sizeof(ulong)), value);
        writer.Advance(sizeof(ulong));
    }

    /// <summary>Variable-length unsigned integer in as few octets as possible (RFC 0030, section 2.2).</summary>
    public static void WriteVarUInt(this IBufferWriter<byte> writer, ulong value)
    {
        var octets = VarUIntOctets(value);
        var span = writer.GetSpan(1 + octets);
        span[0] = (byte)octets;
        for (var i = octets; i > 0; i--)
        {
            span[i] = (byte)value;
            value >>= 8;
        }

        writer.Advance(1 + octets);
    }

    /// <summary>Octet string with its length before it (RFC 0030, section 2.3).</summary>
    public static void WriteVarOctets(this IBufferWriter<byte> writer, ReadOnlySpan<byte> octets)
    {
        writer.WriteLength(octets.Length);
        writer.Write(octets);
    }

    /// <summary>The length that stands before an octet string.</summary>
    public static void WriteLength(this IBufferWriter<byte> writer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length < 0x80)
        {
            writer.WriteUInt8((byte)length);
            return;
        }

        var octets = VarUIntOctets((ulong)length);
        var span = writer.GetSpan(1 + octets);
        span[0] = (byte)(0x80 | octets);
        for (var i = octets; i > 0; i--)
        {
            span[i] = (byte)length;
            length >>= 8;
        }

        writer.Advance(1 + octets);
    }

    /// <summary>How many octets an octet string of this length takes with its length.</summary>
    public static int SizeOfVarOctets(int length) =>
        length < 0x80 ? 1 + length : 1 + VarUIntOctets((ulong)length) + length;

    /// <summary>How many octets an integer takes with its length.</summary>
    public static int SizeOfVarUInt(ulong value) => 1 + VarUIntOctets(value);

    private static int VarUIntOctets(ulong value) =>
        value == 0 ? 1 : (64 - BitOperations.LeadingZeroCount(value) + 7) / 8;
}
