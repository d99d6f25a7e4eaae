using Interledger.Packets;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Packets;

public sealed class DamagedPacketTests
{
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
