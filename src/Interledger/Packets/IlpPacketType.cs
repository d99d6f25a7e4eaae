namespace Interledger.Packets;

/// <summary>The first octet of a packet (RFC 0027, section "Packet format").</summary>
public enum IlpPacketType : byte
{
    /// <summary>A conditional payment.</summary>
    Prepare = 12,

    /// <summary>Its success, with the preimage of the condition.</summary>
    Fulfill = 13,

    /// <summary>Its failure.</summary>
    Reject = 14,
}
