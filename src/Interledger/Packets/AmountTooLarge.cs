using System.Buffers.Binary;

namespace Interledger.Packets;

/// <summary>The data of a Reject with F08 (RFC 0027): what arrived, and the most that may.</summary>
/// <param name="ReceivedAmount">What arrived at the connector that refused, in its units.</param>
/// <param name="MaximumAmount">The most it forwards in one packet, in the same units.</param>
public readonly record struct AmountTooLarge(ulong ReceivedAmount, ulong MaximumAmount)
{
    /// <summary>How many octets it takes.</summary>
    public const int Length = 2 * sizeof(ulong);

    /// <summary>Reads the data; more may follow.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out AmountTooLarge amounts)
    {
        amounts = default;
        if (data.Length < Length)
            return false;
        amounts = new AmountTooLarge(
            BinaryPrimitives.ReadUInt64BigEndian(data),
            BinaryPrimitives.ReadUInt64BigEndian(data[sizeof(ulong)..]));
        return true;
    }

    /// <summary>Writes the data.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, ReceivedAmount);
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], MaximumAmount);
    }
}
