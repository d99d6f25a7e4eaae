using Interledger.Oer;

namespace Interledger.Packets;

/// <summary>What all packets have around them: a type and the length of the rest (RFC 0027, "Packet format").</summary>
public static class IlpEnvelope
{
    /// <summary>The most end-to-end data in a packet, in bytes (RFC 0027).</summary>
    public const int MaxDataLength = 32768;

    /// <summary>The type of a packet, if the first byte is one.</summary>
    public static bool TryReadType(ReadOnlySpan<byte> packet, out IlpPacketType type)
    {
        type = packet.IsEmpty ? default : (IlpPacketType)packet[0];
        return type is IlpPacketType.Prepare or IlpPacketType.Fulfill or IlpPacketType.Reject;
    }

    internal static bool TryOpen(ReadOnlySpan<byte> packet, IlpPacketType expected, out int start, out int length)
    {
        (start, length) = (0, 0);
        var reader = new OerReader(packet);
        if (!reader.TryReadUInt8(out var type) || type != (byte)expected
            || !reader.TryReadVarOctets(out var contents) || !reader.IsAtEnd)
            return false;
        (start, length) = (packet.Length - contents.Length, contents.Length);
        return true;
    }
}
