using System.Buffers;
using Interledger.Oer;
using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>A decrypted STREAM packet (RFC 0029, section 5.2): a view of its bytes.</summary>
public readonly ref struct StreamPacket
{
    private const byte Version = 1;

    private readonly ReadOnlySpan<byte> _frames;
    private readonly ulong _frameCount;

    internal StreamPacket(IlpPacketType type, ulong sequence, ulong amount, ulong frameCount, ReadOnlySpan<byte> frames)
    {
        Type = type;
        Sequence = sequence;
        Amount = amount;
        _frameCount = frameCount;
        _frames = frames;
    }

    /// <summary>The type of the ILP packet that carries this; an answer for another one must be refused.</summary>
    public IlpPacketType Type { get; }

    /// <summary>The number of the request; answers bear that of their request.</summary>
    public ulong Sequence { get; }

    /// <summary>
    /// Of a Prepare: the least that must arrive, in the receiver's units. Of an answer: what arrived.
    /// </summary>
    public ulong Amount { get; }

    /// <summary>The frames of known types.</summary>
    public StreamFrameEnumerator GetEnumerator() => new(_frames, _frameCount);

    /// <summary>A copy that outlives the bytes which this is a view of.</summary>
    internal KeptStreamPacket Keep() => new(Type, Sequence, Amount, _frameCount, _frames.ToArray());

    /// <summary>Reads a packet with all its frames; what follows them is padding.</summary>
    public static bool TryRead(ReadOnlySpan<byte> plaintext, out StreamPacket packet)
    {
        packet = default;
        var reader = new OerReader(plaintext);
        if (!reader.TryReadUInt8(out var version) || version != Version
            || !reader.TryReadUInt8(out var type) || !IlpEnvelope.TryReadType([type], out var packetType)
            || !reader.TryReadVarUInt(out var sequence)
            || !reader.TryReadVarUInt(out var amount)
            || !reader.TryReadVarUInt(out var frameCount))
            return false;
        packet = new StreamPacket(packetType, sequence, amount, frameCount, reader.Remaining);
        var frames = packet.GetEnumerator();
        while (frames.MoveNext())
        {
        }

        return !frames.Failed;
    }

    /// <summary>Writes a packet.</summary>
    public static void Write(
        IBufferWriter<byte> writer,
        IlpPacketType type,
        ulong sequence,
        ulong amount,
        StreamFrameBuffer frames)
    {
        writer.WriteUInt8(Version);
        writer.WriteUInt8((byte)type);
        writer.WriteVarUInt(sequence);
        writer.WriteVarUInt(amount);
        writer.WriteVarUInt((ulong)frames.Count);
        writer.Write(frames.Written);
    }
}

/// <summary>A decrypted packet that has to wait.</summary>
internal sealed record KeptStreamPacket(
    IlpPacketType Type, ulong Sequence, ulong Amount, ulong FrameCount, byte[] Frames)
{
    public StreamPacket View => new(Type, Sequence, Amount, FrameCount, Frames);
}
