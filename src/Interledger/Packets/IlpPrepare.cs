using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Oer;

namespace Interledger.Packets;

/// <summary>
/// A Prepare (RFC 0027, section "ILP Prepare"): a view of the packet's bytes, parsed once and copied never. It is valid
/// as long as nobody changes those bytes: a handler may use one until the task that it returned has ended.
/// </summary>
public readonly struct IlpPrepare
{
    private const int ConditionLength = SHA256.HashSizeInBytes;
    private const int AmountOffset = 0;
    private const int ExpiryOffset = AmountOffset + sizeof(ulong);
    private const int ConditionOffset = ExpiryOffset + IlpTimestamp.Length;
    private const int FixedLength = ConditionOffset + ConditionLength;

    private readonly ReadOnlyMemory<byte> _contents;
    private readonly ReadOnlyMemory<byte> _destination;

    private IlpPrepare(
        ReadOnlyMemory<byte> packet,
        ReadOnlyMemory<byte> contents,
        DateTimeOffset expiresAt,
        ReadOnlyMemory<byte> destination,
        ReadOnlyMemory<byte> data)
    {
        Packet = packet;
        _contents = contents;
        _destination = destination;
        ExpiresAt = expiresAt;
        Data = data;
    }

    /// <summary>The whole packet.</summary>
    public ReadOnlyMemory<byte> Packet { get; }

    /// <summary>In minor units of the asset of the account it came over.</summary>
    public ulong Amount => BinaryPrimitives.ReadUInt64BigEndian(_contents.Span[AmountOffset..]);

    /// <summary>When the sender stops waiting for an answer.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>SHA-256 of the fulfilment that pays for it; 32 bytes.</summary>
    public ReadOnlySpan<byte> Condition => _contents.Span.Slice(ConditionOffset, ConditionLength);

    /// <summary>The destination as it stands in the packet; it was checked to be an address.</summary>
    public ReadOnlySpan<byte> DestinationAscii => _destination.Span;

    /// <summary>The destination; this allocates.</summary>
    public IlpAddress Destination => IlpAddress.TryParse(_destination.Span, out var address) ? address : default;

    /// <summary>End-to-end data, at most 32 768 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Reads a whole Prepare; nothing may follow it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> packet, out IlpPrepare prepare)
    {
        prepare = default;
        if (!IlpEnvelope.TryOpen(packet.Span, IlpPacketType.Prepare, out var start, out var length))
            return false;
        var contents = packet.Slice(start, length);
        var reader = new OerReader(contents.Span);
        if (!reader.TryReadOctets(FixedLength, out var head)
            || !IlpTimestamp.TryRead(head.Slice(ExpiryOffset, IlpTimestamp.Length), out var expiresAt)
            || !reader.TryReadVarOctets(out var destination)
            || !IlpAddress.IsValid(destination))
            return false;
        var destinationEnd = reader.Position;
        if (!reader.TryReadVarOctets(out var data) || data.Length > IlpEnvelope.MaxDataLength)
            return false;
        prepare = new IlpPrepare(
            packet,
            contents,
            expiresAt,
            contents[(destinationEnd - destination.Length)..destinationEnd],
            contents.Slice(reader.Position - data.Length, data.Length));
        return true;
    }

    /// <summary>Makes one in a buffer of its own.</summary>
    public static IlpPrepare Create(
        ulong amount,
        DateTimeOffset expiresAt,
        ReadOnlySpan<byte> condition,
        IlpAddress destination,
        ReadOnlySpan<byte> data = default)
    {
        var writer = new ArrayBufferWriter<byte>(FixedLength + destination.Value.Length + data.Length + 16);
        Write(writer, amount, expiresAt, condition, destination, data);
        return TryRead(writer.WrittenMemory, out var prepare)
            ? prepare
            : throw new ArgumentException("The destination is empty or the data too long.", nameof(destination));
    }

    /// <summary>Writes one (RFC 0027, section "ILP Prepare").</summary>
    public static void Write(
        IBufferWriter<byte> writer,
        ulong amount,
        DateTimeOffset expiresAt,
        ReadOnlySpan<byte> condition,
        IlpAddress destination,
        ReadOnlySpan<byte> data)
    {
        if (condition.Length != ConditionLength)
            throw new ArgumentException("A condition has 32 bytes.", nameof(condition));
        var address = destination.Value;
        writer.WriteUInt8((byte)IlpPacketType.Prepare);
        writer.WriteLength(
            FixedLength + OerWriter.SizeOfVarOctets(address.Length) + OerWriter.SizeOfVarOctets(data.Length));
        var head = writer.GetSpan(FixedLength);
        BinaryPrimitives.WriteUInt64BigEndian(head[AmountOffset..], amount);
        IlpTimestamp.Write(head[ExpiryOffset..ConditionOffset], expiresAt);
        condition.CopyTo(head[ConditionOffset..]);
        writer.Advance(FixedLength);
        writer.WriteLength(address.Length);
        writer.Advance(System.Text.Encoding.ASCII.GetBytes(address, writer.GetSpan(address.Length)));
        writer.WriteVarOctets(data);
    }

    /// <summary>
    /// The same packet for the next hop, with another amount and expiry and all else as it was: one copy of the bytes,
    /// in which the two are overwritten in place.
    /// </summary>
    public IlpPrepare Forward(ulong amount, DateTimeOffset expiresAt)
    {
        var copy = Packet.ToArray();
        var start = copy.Length - _contents.Length;
        BinaryPrimitives.WriteUInt64BigEndian(copy.AsSpan(start + AmountOffset), amount);
        IlpTimestamp.Write(copy.AsSpan(start + ExpiryOffset, IlpTimestamp.Length), expiresAt);
        TryRead(copy, out var forwarded);
        return forwarded;
    }
}
