using Interledger.Packets;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Packets;

public sealed class PacketFuzzTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_packets_are_read_or_refused_but_never_throw(int seed)
    {
        var random = new Random(seed);
        byte[][] packets =
        [
            .. new[] { "prepare", "fulfill", "reject" }
                .SelectMany(static kind => Vectors.All[kind]!.AsArray().Select(static vector => vector.Hex("hex")))
                .Where(static packet => packet.Length < 2000),
        ];
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var packet = packets[random.Next(packets.Length)].ToArray();
            for (var damages = random.Next(4); damages > 0; damages--)
                packet[random.Next(Math.Min(packet.Length, 90))] = (byte)random.Next(256);
            var bytes = packet.AsMemory(0, random.Next(8) == 0 ? random.Next(packet.Length) : packet.Length);
            if (IlpPrepare.TryRead(bytes, out var prepare))
                read += prepare.Destination.Value.Length + prepare.Condition.Length + (prepare.Amount > 0 ? 1 : 0);
            if (IlpReply.TryRead(bytes, out var reply))
                read += reply.Message.Length + reply.TriggeredBy.Value.Length + reply.Code.ToString().Length;
            AmountTooLarge.TryRead(bytes.Span, out _);
        }

        read.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0c")]
    [InlineData("0c00")]
    [InlineData("0d00")]
    [InlineData("0e00")]
    [InlineData("0c84ffffffff")]
    [InlineData("0f0100")]
    public void What_is_no_packet_is_refused(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        IlpPrepare.TryRead(bytes, out _).ShouldBeFalse();
        IlpReply.TryRead(bytes, out _).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_may_follow_a_packet()
    {
        byte[] longer = [.. Vectors.All["prepare"]![0].Hex("hex"), 0];
        IlpPrepare.TryRead(longer, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("20170001000000000")] // no month
    [InlineData("20170132000000000")]
    [InlineData("20170229000000000")]
    [InlineData("20170101240000000")]
    [InlineData("20170101006000000")]
    [InlineData("2017010100000000x")]
    [InlineData("00000101000000000")]
    public void An_expiry_that_is_no_time_is_refused(string digits)
    {
        var packet = Vectors.All["prepare"]![0].Hex("hex");
        System.Text.Encoding.ASCII.GetBytes(digits).CopyTo(packet, 2 + sizeof(ulong));
        IlpPrepare.TryRead(packet, out _).ShouldBeFalse();
    }
}
