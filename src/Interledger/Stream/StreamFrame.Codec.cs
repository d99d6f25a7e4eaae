using System.Buffers;
using Interledger.Oer;

namespace Interledger.Stream;

// RFC 0029, section 5.3: a type, and contents with their length before them. Contents are read up to what is known;
// what a later version may add after it is passed over.
public readonly ref partial struct StreamFrame
{
    /// <summary>Whether frames of this type are known.</summary>
    internal static bool IsKnown(StreamFrameType type) => type is
        (>= StreamFrameType.ConnectionClose and <= StreamFrameType.ConnectionAssetDetails)
        or (>= StreamFrameType.StreamClose and <= StreamFrameType.StreamReceipt);

    /// <summary>Reads the contents of a frame of a known type.</summary>
    internal static bool TryReadContents(StreamFrameType type, ReadOnlySpan<byte> contents, out StreamFrame frame)
    {
        frame = default;
        var reader = new OerReader(contents);
        ulong streamId = 0, first = 0, second = 0;
        byte small = 0;
        ReadOnlySpan<byte> octets = default;
        if (type >= StreamFrameType.StreamClose && !reader.TryReadVarUInt(out streamId))
            return false;
        var read = type switch
        {
            StreamFrameType.ConnectionClose or StreamFrameType.StreamClose =>
                reader.TryReadUInt8(out small) && reader.TryReadVarOctets(out octets),
            StreamFrameType.ConnectionAssetDetails =>
                reader.TryReadVarOctets(out octets) && reader.TryReadUInt8(out small),
            StreamFrameType.ConnectionNewAddress or StreamFrameType.StreamReceipt =>
                reader.TryReadVarOctets(out octets),
            StreamFrameType.StreamMaxMoney or StreamFrameType.StreamMoneyBlocked =>
                reader.TryReadVarUInt(out first) && reader.TryReadVarUInt(out second),
            StreamFrameType.StreamData =>
                reader.TryReadVarUInt(out first) && reader.TryReadVarOctets(out octets),
            _ => reader.TryReadVarUInt(out first),
        };
        if (read)
            frame = new StreamFrame(type, streamId, first, second, small, octets);
        return read;
    }

    /// <summary>How many octets the frame takes.</summary>
    public int Length => 1 + OerWriter.SizeOfVarOctets(ContentsLength);

    /// <summary>Writes the frame.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteUInt8((byte)Type);
        writer.WriteLength(ContentsLength);
        if (IsAboutStream)
            writer.WriteVarUInt(StreamId);
        switch (Type)
        {
            case StreamFrameType.ConnectionClose or StreamFrameType.StreamClose:
                writer.WriteUInt8(_small);
                writer.WriteVarOctets(_octets);
                break;
            case StreamFrameType.ConnectionAssetDetails:
                writer.WriteVarOctets(_octets);
                writer.WriteUInt8(_small);
                break;
            case StreamFrameType.ConnectionNewAddress or StreamFrameType.StreamReceipt:
                writer.WriteVarOctets(_octets);
                break;
            case StreamFrameType.StreamMaxMoney or StreamFrameType.StreamMoneyBlocked:
                writer.WriteVarUInt(_first);
                writer.WriteVarUInt(_second);
                break;
            case StreamFrameType.StreamData:
                writer.WriteVarUInt(_first);
                writer.WriteVarOctets(_octets);
                break;
            default:
                writer.WriteVarUInt(_first);
                break;
        }
    }

    private bool IsAboutStream => Type >= StreamFrameType.StreamClose;

    private int ContentsLength => (IsAboutStream ? OerWriter.SizeOfVarUInt(StreamId) : 0) + Type switch
    {
        StreamFrameType.ConnectionClose or StreamFrameType.StreamClose or StreamFrameType.ConnectionAssetDetails =>
            1 + OerWriter.SizeOfVarOctets(_octets.Length),
        StreamFrameType.ConnectionNewAddress or StreamFrameType.StreamReceipt =>
            OerWriter.SizeOfVarOctets(_octets.Length),
        StreamFrameType.StreamMaxMoney or StreamFrameType.StreamMoneyBlocked =>
            OerWriter.SizeOfVarUInt(_first) + OerWriter.SizeOfVarUInt(_second),
        StreamFrameType.StreamData => OerWriter.SizeOfVarUInt(_first) + OerWriter.SizeOfVarOctets(_octets.Length),
        _ => OerWriter.SizeOfVarUInt(_first),
    };
}
