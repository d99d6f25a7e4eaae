using Interledger.Btp;
using Interledger.Tests.Fixtures;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Btp;

public sealed class BtpPacketFuzzTests
{
    private const int Inputs = 200_000;

    [Fact]
    public void Whatever_comes_is_read_or_not_read_and_never_throws()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var samples = Vectors.All["btp"]!.AsArray().Select(vector => vector.Hex("hex")).ToArray();
        var input = Array.Empty<byte>();
        try
        {
            for (var i = 0; i < Inputs; i++)
            {
                input = Mutate(samples[random.Next(samples.Length)], random);
                if (BtpPacket.TryRead(input, out var packet))
                    Walk(packet);
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, input {Convert.ToHexString(input)}", e);
        }
    }

    private static void Walk(BtpPacket packet)
    {
        var count = 0;
        foreach (var entry in packet)
        {
            entry.Name.Length.ShouldBeLessThanOrEqualTo(1000);
            count++;
        }

        count.ShouldBe(packet.SubProtocolCount);
        BtpCredentials.TryRead(packet, out _);
    }

    private static byte[] Mutate(byte[] sample, Random random)
    {
        var bytes = sample.ToArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                2 => 0xff,
                _ => 0x80,
            };
        }

        return random.Next(3) switch
        {
            0 => bytes[..random.Next(bytes.Length + 1)],
            1 => [.. bytes, .. bytes.AsSpan(0, random.Next(bytes.Length))],
            _ => bytes,
        };
    }
}
