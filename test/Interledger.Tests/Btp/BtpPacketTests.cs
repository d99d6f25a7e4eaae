using System.Buffers;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Interledger.Btp;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Btp;

public sealed class BtpPacketTests
{
    [Fact]
    public void A_message_with_an_ILP_packet_is_read_and_written_as_btp_packet_does()
    {
        var packet = Read("message-ilp");
        packet.Type.ShouldBe(BtpPacketType.Message);
        packet.RequestId.ShouldBe(1u);
        packet.TryGet(BtpSubProtocol.Ilp, out var ilp).ShouldBeTrue();
        ilp.ContentType.ShouldBe(BtpContentType.OctetStream);

        Written(writer => writer.WriteIlpMessage(1, ilp.Data.Span)).ShouldBe(Bytes("message-ilp"));
    }

    [Fact]
    public void A_response_with_an_ILP_packet_is_read_and_written_as_btp_packet_does()
    {
        var packet = Read("response-ilp");
        packet.Type.ShouldBe(BtpPacketType.Response);
        packet.RequestId.ShouldBe(uint.MaxValue);
        packet.TryGet(BtpSubProtocol.Ilp, out var ilp).ShouldBeTrue();

        Written(writer => writer.WriteIlpResponse(uint.MaxValue, ilp.Data.Span)).ShouldBe(Bytes("response-ilp"));
    }

    [Fact]
    public void An_authentication_is_read_and_written_as_ilp_plugin_btp_does()
    {
        var packet = Read("auth");
        BtpCredentials.TryRead(packet, out var credentials).ShouldBeTrue();
        credentials.Username.ShouldBe("");
        credentials.HasToken("secret"u8).ShouldBeTrue();
        credentials.HasToken("secreT"u8).ShouldBeFalse();
        credentials.ToString().ShouldNotContain("secret");

        Written(writer => writer.WriteMessage(9, List(packet))).ShouldBe(Bytes("auth"));
    }

    [Fact]
    public void A_transfer_is_read_and_written_as_btp_packet_does()
    {
        var packet = Read("transfer");
        packet.Type.ShouldBe(BtpPacketType.Transfer);
        packet.Amount.ShouldBe(12345678901ul);

        Written(writer => writer.WriteTransfer(2, 12345678901, List(packet))).ShouldBe(Bytes("transfer"));
    }

    [Fact]
    public void An_error_is_read_and_written_as_btp_packet_does()
    {
        var packet = Read("error");
        var error = packet.Error.ShouldNotBeNull();
        error.ShouldBe(BtpError.NotAccepted("x", new DateTimeOffset(2018, 1, 1, 0, 0, 0, 123, TimeSpan.Zero)));

        Written(writer => writer.WriteError(3, error, [])).ShouldBe(Bytes("error"));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("060000", "half a head")]
    [InlineData("0600000001", "no contents")]
    [InlineData("06000000010100", "a count of no octets")]
    [InlineData("0600000001020101", "an entry announced, none there")]
    [InlineData("06000000010401ff0000", "255 entries announced, two octets there")]
    [InlineData("0600000001020100ff", "something behind the packet")]
    [InlineData("060000000103010000", "something behind the list")]
    [InlineData("0500000001020100", "an unknown type")]
    [InlineData("070000000102 0100", "a transfer without an amount")]
    [InlineData("020000000102 0100", "an error without a code")]
    [InlineData("0600000001ffffffffff", "a length of lengths that is not there")]
    [InlineData("060000000184ffffffff", "four gigabytes announced")]
    public void What_is_no_packet_is_not_read(string hex, string what) =>
        BtpPacket.TryRead(Convert.FromHexString(hex.Replace(" ", "")), out _).ShouldBeFalse(what);

    [Fact]
    public void A_message_of_any_sub_protocols_comes_back_as_it_was_written()
    {
        var entry = from name in Gen.Elements("ilp", "auth", "x", new string('n', 200), "")
                    from type in Gen.Choose(0, 255)
                    from data in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()
                    select new BtpSubProtocol(
                        System.Text.Encoding.ASCII.GetBytes(name), (BtpContentType)type, data);
        var message = from id in ArbMap.Default.GeneratorFor<uint>()
                      from amount in ArbMap.Default.GeneratorFor<ulong>()
                      from entries in entry.ArrayOf()
                      select (id, amount, entries);

        Prop.ForAll(message.ToArbitrary(), m =>
        {
            var bytes = Written(writer => writer.WriteTransfer(m.id, m.amount, m.entries));
            return BtpPacket.TryRead(bytes, out var packet) && packet.RequestId == m.id && packet.Amount == m.amount
                && List(packet).Select(Describe).SequenceEqual(m.entries.Select(Describe));
        }).QuickCheckThrowOnFailure();
    }

    private static string Describe(BtpSubProtocol entry) =>
        $"{Convert.ToHexString(entry.Name.Span)} {entry.ContentType} {Convert.ToHexString(entry.Data.Span)}";

    private static BtpSubProtocol[] List(BtpPacket packet)
    {
        var entries = new List<BtpSubProtocol>();
        foreach (var entry in packet)
            entries.Add(entry);
        entries.Count.ShouldBe(packet.SubProtocolCount);
        return [.. entries];
    }

    private static BtpPacket Read(string name)
    {
        BtpPacket.TryRead(Bytes(name), out var packet).ShouldBeTrue();
        return packet;
    }

    private static byte[] Bytes(string name)
    {
        JsonNode? vector = Vectors.All["btp"]!.AsArray().First(v => v.Text("name") == name);
        return vector.Hex("hex");
    }

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
