using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>A client that knows its secret and sends whatever comes to its mind.</summary>
public sealed class StreamServerFuzzTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_packet_is_answered_and_the_sums_hold(int seed)
    {
        var random = new Random(seed);
        var (_, link) = InMemoryLink.CreatePair();
        await using var server = new StreamServer(link, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.server"),
            Asset = new AssetDetails("XYZ", 9),
            Secret = new byte[32],
            Connection = new StreamOptions { MaxStreams = 1000 },
        });
        StreamConnection? connection = null;
        var streams = new List<MoneyStream>();
        var accepted = 0UL;
        server.OnConnection(made =>
        {
            connection = made;
            made.OnStream(stream =>
            {
                streams.Add(stream);
                stream.SetReceiveMax(StreamFrameRoundTripTests.Number(random));
                _ = stream.WriteAsync(new byte[random.Next(50)]);
            });
            made.OnMoney((money, _) =>
            {
                var takes = random.Next(3) > 0;
                if (takes)
                    accepted += money.PacketAmount;
                return ValueTask.FromResult(takes ? MoneyDecision.Accept : MoneyDecision.RejectTemporary);
            });
        });
        for (var life = 0; life < 20; life++)
        {
            (connection, accepted) = (null, 0);
            streams.Clear();
            await LiveAsync(new RawPeer(server, server.CreateCredentials()), random, seed);
            connection.ShouldNotBeNull().TotalReceived.ShouldBe(accepted, $"seed {seed}");
            streams.Aggregate(0UL, static (sum, stream) => sum + stream.TotalReceived)
                .ShouldBe(accepted, $"seed {seed}");
            streams.ShouldAllBe(static stream => stream.Held == 0, $"seed {seed}");
        }
    }

    private static async Task LiveAsync(RawPeer peer, Random random, int seed)
    {
        for (var sequence = 1UL; sequence < 100; sequence++)
        {
            var frames = new StreamFrameBuffer();
            for (var i = random.Next(5); i > 0; i--)
                AddLikely(frames, random);
            var written = StreamFrameRoundTripTests.Write(IlpPacketType.Prepare, sequence, 0, frames);
            if (random.Next(10) == 0)
                written[random.Next(written.Length)] ^= (byte)(1 << random.Next(8));
            var amount = random.Next(2) == 0 ? 0 : StreamFrameRoundTripTests.Number(random);
            var reply = await peer.SendAsync(peer.Prepare(written, amount));
            IlpReply.TryRead(reply.Reply.Packet, out _).ShouldBeTrue($"seed {seed}");
        }
    }

    private static void AddLikely(StreamFrameBuffer frames, Random random)
    {
        var id = (ulong)random.Next(1, 8) | 1;
        var number = StreamFrameRoundTripTests.Number(random);
        var data = new byte[random.Next(100)];
        switch (random.Next(9))
        {
            case 0: StreamFrameRoundTripTests.AddRandom(frames, random); break;
            case 1: frames.Add(StreamFrame.StreamData(id, number % 20_000, data)); break;
            case 2: frames.Add(StreamFrame.StreamMaxMoney(id, number, 0)); break;
            case 3: frames.Add(StreamFrame.StreamMaxData(id, number)); break;
            case 4: frames.Add(StreamFrame.StreamClose(id, StreamErrorCode.NoError, default)); break;
            default: frames.Add(StreamFrame.StreamMoney(id, number)); break;
        }
    }
}
