using System.Text;

namespace Interledger.Stream;

/// <summary>
/// One frame of a STREAM packet (RFC 0029, section 5.3): a view of the packet's bytes, or one to be written. Which of
/// the properties mean something depends on <see cref="Type"/>; the others are zero or empty.
/// </summary>
public readonly ref partial struct StreamFrame
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly byte _small;
    private readonly ReadOnlySpan<byte> _octets;

    private StreamFrame(
        StreamFrameType type,
        ulong streamId = 0,
        ulong first = 0,
        ulong second = 0,
        byte small = 0,
        ReadOnlySpan<byte> octets = default)
    {
        Type = type;
        StreamId = streamId;
        _first = first;
        _second = second;
        _small = small;
        _octets = octets;
    }

    /// <summary>What kind of frame this is.</summary>
    public StreamFrameType Type { get; }

    /// <summary>Of the frames whose name begins with Stream: the stream they are about.</summary>
    public ulong StreamId { get; }

    /// <summary>Of ConnectionClose and StreamClose: why.</summary>
    public StreamErrorCode ErrorCode => (StreamErrorCode)_small;

    /// <summary>Of ConnectionClose and StreamClose: words for a person. They come from a stranger.</summary>
    public string ErrorMessage => Encoding.UTF8.GetString(_octets);

    /// <summary>Of ConnectionNewAddress: the address as text of ASCII; not yet checked.</summary>
    public ReadOnlySpan<byte> Address => _octets;

    /// <summary>Of ConnectionAssetDetails: the asset, such as XRP.</summary>
    public string AssetCode => Encoding.UTF8.GetString(_octets);

    /// <summary>Of ConnectionAssetDetails: ten to this power minor units are one of the asset.</summary>
    public byte AssetScale => _small;

    /// <summary>Of the frames on flow control of bytes: the offset up to which is meant.</summary>
    public ulong MaxOffset => _first;

    /// <summary>Of ConnectionMaxStreamId and ConnectionStreamIdBlocked: the stream.</summary>
    public ulong MaxStreamId => _first;

    /// <summary>Of StreamMoney: the stream's part of all shares in the packet.</summary>
    public ulong Shares => _first;

    /// <summary>Of StreamMaxMoney: what the stream may receive in all, in the units of the frame's sender.</summary>
    public ulong ReceiveMax => _first;

    /// <summary>Of StreamMaxMoney: what the stream has received.</summary>
    public ulong TotalReceived => _second;

    /// <summary>Of StreamMoneyBlocked: what is to be sent in all, in the units of the frame's sender.</summary>
    public ulong SendMax => _first;

    /// <summary>Of StreamMoneyBlocked: what was sent.</summary>
    public ulong TotalSent => _second;

    /// <summary>Of StreamData: where its first byte stands in the stream.</summary>
    public ulong Offset => _first;

    /// <summary>Of StreamData: the bytes.</summary>
    public ReadOnlySpan<byte> Data => _octets;

    /// <summary>Of StreamReceipt: the receipt (RFC 0039).</summary>
    public ReadOnlySpan<byte> Receipt => _octets;

    /// <summary>The connection ends.</summary>
    public static StreamFrame ConnectionClose(StreamErrorCode code, ReadOnlySpan<byte> utf8Message) =>
        new(StreamFrameType.ConnectionClose, small: (byte)code, octets: utf8Message);

    /// <summary>The address at which the endpoint is reached.</summary>
    public static StreamFrame ConnectionNewAddress(ReadOnlySpan<byte> ascii) =>
        new(StreamFrameType.ConnectionNewAddress, octets: ascii);

    /// <summary>How many bytes may be sent in all on the connection.</summary>
    public static StreamFrame ConnectionMaxData(ulong maxOffset) =>
        new(StreamFrameType.ConnectionMaxData, first: maxOffset);

    /// <summary>Up to where bytes are waiting to be sent on the connection.</summary>
    public static StreamFrame ConnectionDataBlocked(ulong maxOffset) =>
        new(StreamFrameType.ConnectionDataBlocked, first: maxOffset);

    /// <summary>The highest stream that may be opened.</summary>
    public static StreamFrame ConnectionMaxStreamId(ulong maxStreamId) =>
        new(StreamFrameType.ConnectionMaxStreamId, first: maxStreamId);

    /// <summary>The stream that is wanted and may not be opened.</summary>
    public static StreamFrame ConnectionStreamIdBlocked(ulong maxStreamId) =>
        new(StreamFrameType.ConnectionStreamIdBlocked, first: maxStreamId);

    /// <summary>The asset in which the endpoint counts.</summary>
    public static StreamFrame ConnectionAssetDetails(ReadOnlySpan<byte> utf8Code, byte scale) =>
        new(StreamFrameType.ConnectionAssetDetails, small: scale, octets: utf8Code);

    /// <summary>A stream ends.</summary>
    public static StreamFrame StreamClose(ulong streamId, StreamErrorCode code, ReadOnlySpan<byte> utf8Message) =>
        new(StreamFrameType.StreamClose, streamId, small: (byte)code, octets: utf8Message);

    /// <summary>The stream's part of the packet's amount.</summary>
    public static StreamFrame StreamMoney(ulong streamId, ulong shares) =>
        new(StreamFrameType.StreamMoney, streamId, shares);

    /// <summary>What a stream may receive, and has received.</summary>
    public static StreamFrame StreamMaxMoney(ulong streamId, ulong receiveMax, ulong totalReceived) =>
        new(StreamFrameType.StreamMaxMoney, streamId, receiveMax, totalReceived);

    /// <summary>What a stream wants to send, and has sent.</summary>
    public static StreamFrame StreamMoneyBlocked(ulong streamId, ulong sendMax, ulong totalSent) =>
        new(StreamFrameType.StreamMoneyBlocked, streamId, sendMax, totalSent);

    /// <summary>Bytes of a stream.</summary>
    public static StreamFrame StreamData(ulong streamId, ulong offset, ReadOnlySpan<byte> data) =>
        new(StreamFrameType.StreamData, streamId, offset, octets: data);

    /// <summary>How many bytes may be sent in all on a stream.</summary>
    public static StreamFrame StreamMaxData(ulong streamId, ulong maxOffset) =>
        new(StreamFrameType.StreamMaxData, streamId, maxOffset);

    /// <summary>Up to where bytes are waiting to be sent on a stream.</summary>
    public static StreamFrame StreamDataBlocked(ulong streamId, ulong maxOffset) =>
        new(StreamFrameType.StreamDataBlocked, streamId, maxOffset);

    /// <summary>A receipt for what a stream has received.</summary>
    public static StreamFrame StreamReceipt(ulong streamId, ReadOnlySpan<byte> receipt) =>
        new(StreamFrameType.StreamReceipt, streamId, octets: receipt);
}
