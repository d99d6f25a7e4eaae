using System.Globalization;
using Interledger.Http;
using Xunit;

namespace Interledger.Connector.Tests.Listeners;

/// <summary>The environment variable FUZZ_INPUTS makes the run longer, FUZZ_SEED repeats one.</summary>
public sealed class IlpHttpFuzzTests
{
    [Fact]
    public void Whatever_is_posted_is_answered_or_refused_and_never_throws()
    {
        var seed = Setting("FUZZ_SEED") ?? Environment.TickCount;
        var random = new Random(seed);
        var sample = HttpTestServer.Prepare(86_400, new byte[50]).Packet.ToArray();
        var input = Array.Empty<byte>();
        try
        {
            for (var i = Setting("FUZZ_INPUTS") ?? 20_000; i > 0; i--)
                IlpHttpFuzz.Run(input = Make(sample, random));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, input {Convert.ToHexString(input)}", e);
        }
    }

    private static byte[] Make(byte[] sample, Random random)
    {
        var head = new byte[IlpHttpFuzz.HeadLength];
        random.NextBytes(head);
        if (random.Next(2) == 0)
            head[1] = 0;
        var body = sample.ToArray();
        for (var changes = random.Next(6); changes > 0; changes--)
            body[random.Next(body.Length)] = (byte)random.Next(256);
        return random.Next(8) switch
        {
            0 => [.. head, .. body.AsSpan(0, random.Next(body.Length + 1))],
            1 => [.. head, .. body, .. body],
            2 => [.. head, .. body, .. new byte[random.Next(2 * IlpHttp.MaxBodySize)]],
            _ => [.. head, .. body],
        };
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
