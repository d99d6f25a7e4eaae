using System.Buffers.Binary;
using Interledger.Addresses;
using Interledger.Ildcp;
using Interledger.Packets;
using Interledger.Receipts;

namespace Interledger.Cli.Tests.Decoding;

public sealed class DecodeTests
{
    [Fact]
    public async Task A_prepare_is_shown_in_lines()
    {
        var expiry = new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var prepare = IlpPrepare.Create(107, expiry, new byte[32], IlpAddress.Parse("example.alice"), "hi"u8);
        using var run = new IlpRun();
        (await run.RunAsync("decode", Convert.ToHexString(prepare.Packet.Span))).ShouldBe(ExitCode.Ok);
        run.Out.ShouldBe($"""
            ILP Prepare
              amount          107
              destination     example.alice
              expiresAt       2030-01-02T03:04:05.678Z
              condition       {new string('0', 64)}
              data            6869

            """);
    }

    [Fact]
    public async Task A_reject_tells_the_amounts_of_f08_and_hides_what_controls_terminals()
    {
        var data = new byte[AmountTooLarge.Length];
        new AmountTooLarge(500, 200).Write(data);
        var reject = IlpReply.Reject(
            IlpErrorCode.AmountTooLarge, IlpAddress.Parse("test.hub"), "too \e[31mmuch", data);
        using var run = new IlpRun { Input = Convert.ToBase64String(reject.Packet.Span) + "\n" };
        (await run.RunAsync("decode", "-")).ShouldBe(ExitCode.Ok);
        run.Out.ShouldContain("code            F08");
        run.Out.ShouldContain("maximumAmount   200");
        run.Out.ShouldNotContain("\e");
    }

    [Fact]
    public async Task An_ildcp_answer_and_a_receipt_are_known_as_such()
    {
        var answer = new IldcpInfo(IlpAddress.Parse("test.hub.me"), new AssetDetails("USD", 2)).ToReply();
        var json = await DecodeAsync(answer.Packet.ToArray());
        json.GetProperty("ildcp").GetProperty("clientAddress").GetString().ShouldBe("test.hub.me");
        var receipt = new byte[StreamReceipt.Length];
        StreamReceipt.Write(new ReceiptSetup(new byte[16], new byte[32]), 1, 42, receipt);
        json = await DecodeAsync(receipt);
        json.GetProperty("type").GetString().ShouldBe("STREAM receipt");
        json.GetProperty("totalReceived").GetString().ShouldBe("42");
    }

    [Fact]
    public async Task A_btp_message_is_shown_with_the_packet_that_it_carries()
    {
        var reject = IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.hub")).Packet.ToArray();
        byte[] entries = [1, 1, 3, .. "ilp"u8, 0, (byte)reject.Length, .. reject];
        byte[] message = [6, 0, 0, 0, 9, (byte)entries.Length, .. entries];
        BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(1)).ShouldBe(9u);
        var entry = (await DecodeAsync(message)).GetProperty("protocolData")[0];
        entry.GetProperty("name").GetString().ShouldBe("ilp");
        entry.GetProperty("packet").GetProperty("code").GetString().ShouldBe("F02");
    }

    [Theory]
    [InlineData("neither hexadecimal nor base64", "what?")]
    [InlineData("neither hexadecimal nor base64", "")]
    [InlineData("no whole ILP or BTP packet", "0c")]
    [InlineData("begin like an ILP Reject", "0e0e46303208746573742e666f6f00")]
    [InlineData("no whole ILP or BTP packet", "ffffffff")]
    public async Task Garbage_is_told_and_ends_with_1(string why, string input)
    {
        using var run = new IlpRun();
        (await run.RunAsync("decode", input)).ShouldBe(ExitCode.Usage);
        run.Error.ShouldContain(why);
    }

    private static async Task<System.Text.Json.JsonElement> DecodeAsync(byte[] packet)
    {
        using var run = new IlpRun();
        (await run.RunAsync("decode", "--json", Convert.ToHexString(packet))).ShouldBe(ExitCode.Ok, run.Error);
        return run.Json.ShouldHaveSingleItem();
    }
}
