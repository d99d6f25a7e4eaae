using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Interledger.Addresses;
using Interledger.Oer;

namespace Interledger.Packets;

/// <summary>
/// The answer to a Prepare, a Fulfill or a Reject (RFC 0027): a view of the packet's bytes, valid as long as nobody
/// changes them.
/// </summary>
public readonly struct IlpReply
{
    private const int FulfillmentLength = SHA256.HashSizeInBytes;
    private const int CodeLength = 3;

    private readonly ReadOnlyMemory<byte> _contents;
    private readonly ReadOnlyMemory<byte> _triggeredBy;
    private readonly ReadOnlyMemory<byte> _message;

    private IlpReply(
        IlpPacketType type,
        ReadOnlyMemory<byte> packet,
        ReadOnlyMemory<byte> contents,
        ReadOnlyMemory<byte> data,
        ReadOnlyMemory<byte> triggeredBy = default,
        ReadOnlyMemory<byte> message = default)
    {
        Type = type;
        Packet = packet;
        _contents = contents;
        Data = data;
        _triggeredBy = triggeredBy;
        _message = message;
    }

    /// <summary><see cref="IlpPacketType.Fulfill"/> or <see cref="IlpPacketType.Reject"/>.</summary>
    public IlpPacketType Type { get; }

    /// <summary>Whether the payment succeeded.</summary>
    public bool IsFulfill => Type == IlpPacketType.Fulfill;

    /// <summary>The whole packet.</summary>
    public ReadOnlyMemory<byte> Packet { get; }

    /// <summary>End-to-end data, at most 32 768 bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Of a Fulfill: the preimage of the condition, 32 bytes. Empty for a Reject.</summary>
    public ReadOnlySpan<byte> Fulfillment => IsFulfill ? _contents.Span[..FulfillmentLength] : default;

    /// <summary>Of a Reject: why.</summary>
    public IlpErrorCode Code =>
        !IsFulfill && IlpErrorCode.TryRead(_contents.Span[..CodeLength], out var code) ? code : default;

    /// <summary>Of a Reject: who made it; empty if it does not say.</summary>
    public IlpAddress TriggeredBy => IlpAddress.TryParse(_triggeredBy.Span, out var address) ? address : default;

    /// <summary>Of a Reject: words for a person. They come from a stranger.</summary>
    public string Message => Encoding.UTF8.GetString(_message.Span);

    /// <summary>Whether this is a Fulfill whose fulfilment belongs to the condition.</summary>
    public bool Fulfills(ReadOnlySpan<byte> condition)
    {
        if (!IsFulfill)
            return false;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Fulfillment, hash);
        return hash.SequenceEqual(condition);
    }

    /// <summary>Reads a whole Fulfill or Reject; nothing may follow it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> packet, out IlpReply reply)
    {
        reply = default;
        if (!IlpEnvelope.TryReadType(packet.Span, out var type))
            return false;
        return type switch
        {
            IlpPacketType.Fulfill => TryReadFulfill(packet, out reply),
            IlpPacketType.Reject => TryReadReject(packet, out reply),
            _ => false,
        };
    }

    /// <summary>Makes a Fulfill (RFC 0027, section "ILP Fulfill") in a buffer of its own.</summary>
    public static IlpReply Fulfill(ReadOnlySpan<byte> fulfillment, ReadOnlySpan<byte> data = default)
    {
        if (fulfillment.Length != FulfillmentLength)
            throw new ArgumentException("A fulfilment has 32 bytes.", nameof(fulfillment));
        var writer = new ArrayBufferWriter<byte>(FulfillmentLength + data.Length + 16);
        writer.WriteUInt8((byte)IlpPacketType.Fulfill);
        writer.WriteLength(FulfillmentLength + OerWriter.SizeOfVarOctets(data.Length));
        writer.Write(fulfillment);
        writer.WriteVarOctets(data);
        TryRead(writer.WrittenMemory, out var reply);
        return reply;
    }

    /// <summary>Makes a Reject (RFC 0027, section "ILP Reject") in a buffer of its own.</summary>
    public static IlpReply Reject(
        IlpErrorCode code,
        IlpAddress triggeredBy = default,
        string message = "",
        ReadOnlySpan<byte> data = default)
    {
        var address = Encoding.ASCII.GetBytes(triggeredBy.Value);
        var words = Encoding.UTF8.GetBytes(message);
        var writer = new ArrayBufferWriter<byte>(CodeLength + address.Length + words.Length + data.Length + 32);
        writer.WriteUInt8((byte)IlpPacketType.Reject);
        writer.WriteLength(CodeLength + OerWriter.SizeOfVarOctets(address.Length)
            + OerWriter.SizeOfVarOctets(words.Length) + OerWriter.SizeOfVarOctets(data.Length));
        code.Write(writer.GetSpan(CodeLength));
        writer.Advance(CodeLength);
        writer.WriteVarOctets(address);
        writer.WriteVarOctets(words);
        writer.WriteVarOctets(data);
        TryRead(writer.WrittenMemory, out var reply);
        return reply;
    }

    private static bool TryReadFulfill(ReadOnlyMemory<byte> packet, out IlpReply reply)
    {
        reply = default;
        if (!IlpEnvelope.TryOpen(packet.Span, IlpPacketType.Fulfill, out var start, out var length))
            return false;
        var contents = packet.Slice(start, length);
        var reader = new OerReader(contents.Span);
        if (!reader.TryReadOctets(FulfillmentLength, out _)
            || !reader.TryReadVarOctets(out var data) || data.Length > IlpEnvelope.MaxDataLength)
            return false;
        reply = new IlpReply(IlpPacketType.Fulfill, packet, contents, Last(contents, reader, data.Length));
        return true;
    }

    private static bool TryReadReject(ReadOnlyMemory<byte> packet, out IlpReply reply)
    {
        reply = default;
        if (!IlpEnvelope.TryOpen(packet.Span, IlpPacketType.Reject, out var start, out var length))
            return false;
        var contents = packet.Slice(start, length);
        var reader = new OerReader(contents.Span);
        if (!reader.TryReadOctets(CodeLength, out var code) || !IlpErrorCode.TryRead(code, out _)
            || !reader.TryReadVarOctets(out var address)
            || !(address.IsEmpty || IlpAddress.IsValid(address)))
            return false;
        var triggeredBy = Last(contents, reader, address.Length);
        if (!reader.TryReadVarOctets(out var words))
            return false;
        var message = Last(contents, reader, words.Length);
        if (!reader.TryReadVarOctets(out var data) || data.Length > IlpEnvelope.MaxDataLength)
            return false;
        var end = Last(contents, reader, data.Length);
        reply = new IlpReply(IlpPacketType.Reject, packet, contents, end, triggeredBy, message);
        return true;
    }

    private static ReadOnlyMemory<byte> Last(ReadOnlyMemory<byte> contents, OerReader reader, int length) =>
        contents.Slice(reader.Position - length, length);
}
