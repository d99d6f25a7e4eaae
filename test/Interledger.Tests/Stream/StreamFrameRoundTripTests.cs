using System.Buffers;
using System.Text;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamFrameRoundTripTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_written_is_read(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var frames = new StreamFrameBuffer();
            var count = random.Next(8);
            for (var i = 0; i < count; i++)
                AddRandom(frames, random);
            frames.Count.ShouldBe(count);
            var (sequence, amount) = (Number(random), Number(random));
            var written = Write(IlpPacketType.Fulfill, sequence, amount, frames);
            StreamPacket.TryRead(written, out var packet).ShouldBeTrue($"seed {seed}");
            (packet.Type, packet.Sequence, packet.Amount).ShouldBe((IlpPacketType.Fulfill, sequence, amount));
            var again = new StreamFrameBuffer();
            foreach (var frame in packet)
                again.Add(frame);
            again.Written.SequenceEqual(frames.Written).ShouldBeTrue($"seed {seed}");
        }
    }

    internal static void AddRandom(StreamFrameBuffer frames, Random random)
    {
        var octets = new byte[random.Next(4) == 0 ? random.Next(300) : random.Next(20)];
        random.NextBytes(octets);
        var text = Encoding.UTF8.GetBytes(Convert.ToHexString(octets));
        var (id, first, second) = (Number(random), Number(random), Number(random));
        var code = (StreamErrorCode)random.Next(1, 10);
        switch (random.Next(15))
        {
            case 0: frames.Add(StreamFrame.ConnectionClose(code, text)); break;
            case 1: frames.Add(StreamFrame.ConnectionNewAddress("test.some.one"u8)); break;
            case 2: frames.Add(StreamFrame.ConnectionMaxData(first)); break;
            case 3: frames.Add(StreamFrame.ConnectionDataBlocked(first)); break;
            case 4: frames.Add(StreamFrame.ConnectionMaxStreamId(first)); break;
            case 5: frames.Add(StreamFrame.ConnectionStreamIdBlocked(first)); break;
            case 6: frames.Add(StreamFrame.ConnectionAssetDetails(text, (byte)first)); break;
            case 7: frames.Add(StreamFrame.StreamClose(id, code, text)); break;
            case 8: frames.Add(StreamFrame.StreamMoney(id, first)); break;
            case 9: frames.Add(StreamFrame.StreamMaxMoney(id, first, second)); break;
            case 10: frames.Add(StreamFrame.StreamMoneyBlocked(id, first, second)); break;
            case 11: frames.Add(StreamFrame.StreamData(id, first, octets)); break;
            case 12: frames.Add(StreamFrame.StreamMaxData(id, first)); break;
            case 13: frames.Add(StreamFrame.StreamDataBlocked(id, first)); break;
            default: frames.Add(StreamFrame.StreamReceipt(id, octets)); break;
        }
    }

    internal static byte[] Write(IlpPacketType type, ulong sequence, ulong amount, StreamFrameBuffer frames)
    {
        var writer = new ArrayBufferWriter<byte>();
        StreamPacket.Write(writer, type, sequence, amount, frames);
        return writer.WrittenSpan.ToArray();
    }

    // Numbers of every length, small ones most of all.
    internal static ulong Number(Random random) => (ulong)random.NextInt64() * 2 >> random.Next(64);
}
