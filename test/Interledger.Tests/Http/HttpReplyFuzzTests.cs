using System.Globalization;
using Interledger.Addresses;
using Interledger.Http;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Http;

/// <summary>The environment variable FUZZ_INPUTS makes the run longer, FUZZ_SEED repeats one.</summary>
public sealed class HttpReplyFuzzTests
{
    private static readonly byte[][] Bodies =
    [
        IlpReply.Fulfill(Links.TestPackets.Fulfillment, [1, 2, 3]).Packet.ToArray(),
        IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.a"), "no", [4]).Packet.ToArray(),
        Links.TestPackets.Prepare().Packet.ToArray(),
    ];

    [Fact]
    public void Whatever_body_comes_is_a_reply_or_a_rejection_and_never_throws()
    {
        var seed = Setting("FUZZ_SEED") ?? Environment.TickCount;
        var random = new Random(seed);
        var input = Array.Empty<byte>();
        try
        {
            for (var i = Setting("FUZZ_INPUTS") ?? 20_000; i > 0; i--)
                HttpReplyFuzz.Run(input = Make(random));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, input {Convert.ToHexString(input)}", e);
        }
    }

    [Fact]
    public async Task Whatever_comes_instead_of_HTTP_is_a_reply_or_a_rejection_and_never_throws()
    {
        var seed = Setting("FUZZ_SEED") ?? Environment.TickCount;
        var random = new Random(seed);
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Damage(RawHttpServer.Ok(Bodies[random.Next(2)]), random), stop);
            return false;
        });
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        var codes = new HashSet<string>();
        for (var i = 0; i < 500; i++)
            codes.Add((await link.SendAsync(Links.TestPackets.Prepare(5), default)).Code.ToString());
        codes.ShouldContain("T00", $"seed {seed}");
    }

    private static byte[] Make(Random random)
    {
        var head = new byte[HttpReplyFuzz.HeadLength];
        random.NextBytes(head);
        return [.. head, .. Damage(Bodies[random.Next(Bodies.Length)], random)];
    }

    private static byte[] Damage(byte[] sample, Random random)
    {
        var bytes = sample.ToArray();
        for (var changes = random.Next(6); changes > 0; changes--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(6) switch
        {
            0 => bytes[..random.Next(bytes.Length + 1)],
            1 => [.. bytes, .. bytes],
            2 => [.. bytes, .. new byte[random.Next(2 * IlpHttp.MaxBodySize)]],
            _ => bytes,
        };
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
