using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Interledger.Packets;
using Interledger.Stream;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamPacketVectorTests
{
    public static TheoryData<string> Names => [.. Vectors.StreamPackets.Select(vector => vector.Key)];

    public static TheoryData<string> NamesToWrite =>
        [.. Vectors.StreamPackets.Where(vector => vector.Value!["decode_only"] is null).Select(vector => vector.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_packet_is_read_as_the_public_vectors_say(string name)
    {
        var vector = Vectors.StreamPackets[name]!;
        var expected = vector["packet"]!;
        StreamPacket.TryRead(Convert.FromBase64String(vector.Text("buffer")), out var packet).ShouldBeTrue();
        packet.Sequence.ShouldBe(expected.Number("sequence"));
        packet.Amount.ShouldBe(expected.Number("amount"));
        ((int)packet.Type).ShouldBe(expected["packetType"]!.GetValue<int>());
        var frames = expected["frames"]!.AsArray();
        var count = 0;
        foreach (var frame in packet)
            Describe(frame).ShouldBe(Describe(frames[count++]!));
        count.ShouldBe(frames.Count);
    }

    [Theory]
    [MemberData(nameof(NamesToWrite))]
    public void A_packet_is_written_as_the_public_vectors_say(string name)
    {
        var vector = Vectors.StreamPackets[name]!;
        StreamPacket.TryRead(Convert.FromBase64String(vector.Text("buffer")), out var packet).ShouldBeTrue();
        var frames = new StreamFrameBuffer();
        foreach (var frame in packet)
        {
            var before = frames.Length;
            frames.Add(frame);
            (frames.Length - before).ShouldBe(frame.Length);
        }

        var writer = new ArrayBufferWriter<byte>();
        StreamPacket.Write(writer, packet.Type, packet.Sequence, packet.Amount, frames);
        Convert.ToBase64String(writer.WrittenSpan).ShouldBe(vector.Text("buffer"));
    }

    [Fact]
    public void Frames_of_unknown_types_are_passed_over()
    {
        StreamPacket.TryRead([1, 12, 1, 1, 1, 0, 1, 3, 0x77, 2, 9, 9, 0x03, 2, 1, 5, 0x08, 0], out var packet)
            .ShouldBeTrue();
        var types = new List<StreamFrameType>();
        foreach (var frame in packet)
            types.Add(frame.Type);
        types.ShouldBe([StreamFrameType.ConnectionMaxData]);
    }

    [Fact]
    public void Bytes_after_the_frames_are_padding() =>
        StreamPacket.TryRead([1, 12, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0], out _).ShouldBeTrue();

    [Theory]
    [InlineData("020c01010100010000")] // another version
    [InlineData("010f0101010000")] // no type of ILP packet
    [InlineData("010c01010100")] // no frames at all
    [InlineData("010c010101000101")] // a frame without length
    [InlineData("010c010101000101030301")] // a frame that is cut off
    [InlineData("010c0101010008ffffffffffffffff")] // more frames than there can be
    public void What_is_no_packet_is_refused(string hex) =>
        StreamPacket.TryRead(Convert.FromHexString(hex), out _).ShouldBeFalse();

    private static string Describe(StreamFrame frame) => frame.Type switch
    {
        StreamFrameType.ConnectionClose => $"ConnectionClose {(int)frame.ErrorCode} {frame.ErrorMessage}",
        StreamFrameType.ConnectionNewAddress => $"ConnectionNewAddress {Encoding.ASCII.GetString(frame.Address)}",
        StreamFrameType.ConnectionMaxStreamId or StreamFrameType.ConnectionStreamIdBlocked =>
            $"{frame.Type} {frame.MaxStreamId}",
        StreamFrameType.ConnectionAssetDetails => $"ConnectionAssetDetails {frame.AssetCode} {frame.AssetScale}",
        StreamFrameType.StreamClose => $"StreamClose {frame.StreamId} {(int)frame.ErrorCode} {frame.ErrorMessage}",
        StreamFrameType.StreamMoney => $"StreamMoney {frame.StreamId} {frame.Shares}",
        StreamFrameType.StreamMaxMoney => $"StreamMaxMoney {frame.StreamId} {frame.ReceiveMax} {frame.TotalReceived}",
        StreamFrameType.StreamMoneyBlocked => $"StreamMoneyBlocked {frame.StreamId} {frame.SendMax} {frame.TotalSent}",
        StreamFrameType.StreamData =>
            $"StreamData {frame.StreamId} {frame.Offset} {Convert.ToBase64String(frame.Data)}",
        StreamFrameType.StreamMaxData or StreamFrameType.StreamDataBlocked =>
            $"{frame.Type} {frame.StreamId} {frame.MaxOffset}",
        StreamFrameType.StreamReceipt => $"StreamReceipt {frame.StreamId} {Convert.ToBase64String(frame.Receipt)}",
        _ => $"{frame.Type} {frame.MaxOffset}",
    };

    // In the vectors the properties stand in the order in which they are written.
    private static string Describe(JsonNode frame) => string.Join(' ', frame.AsObject()
        .Where(property => property.Key != "type")
        .Select(property => string.Create(CultureInfo.InvariantCulture, $"{property.Value}")));
}
