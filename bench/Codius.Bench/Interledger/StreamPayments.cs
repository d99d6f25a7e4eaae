using Codius.Testing.Peers;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Stream;

namespace Codius.Bench.Interledger;

/// <summary>
/// Packets a second of a payment from a sender to a receiver in the same process, beside ilp-protocol-stream 2.7.1, the
/// release that is fastest at it. The connection is made before the clock runs.
/// </summary>
public static class StreamPayments
{
    private const int Packets = 500;
    private const ulong PacketAmount = 1000;

    public static async Task<Measure> MeasureAsync()
    {
        await using var peer = await JavaScriptMeter.StartAsync(
            NodePeers.Node16, "bench-payment.js", "--version", "2.7.1", "--packets", $"{Packets}");
        var (left, right) = InMemoryLink.CreatePair();
        await using var ends = left;
        var asset = new AssetDetails("XRP", 9);
        var server = new StreamServer(right, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.server"),
            Asset = asset,
            Secret = new byte[32],
        });
        server.OnConnection(
            static connection => connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue)));
        server.Listen();
        var client = new StreamClient(left, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.client"),
            Asset = asset,
            Connection = new StreamOptions { MaxPacketAmount = PacketAmount },
        });
        client.Listen();
        return await Rounds.CompareAsync("stream-payment", () => PayAllAsync(client, server), peer.RunAsync);
    }

    private static async Task<double> PayAllAsync(StreamClient client, StreamServer server)
    {
        const int Longer = 20;
        var stopwatch = new System.Diagnostics.Stopwatch();
        var packets = 0;
        while (stopwatch.Elapsed < Rounds.Length)
        {
            var connection = client.Connect(server.CreateCredentials());
            if (await connection.OpenAsync() is { } failure)
                throw new InvalidOperationException(failure.Message);
            var stream = connection.OpenStream();
            stopwatch.Start();
            stream.SetSendMax(PacketAmount * Packets * Longer);
            if (!await stream.WaitForSentAsync(PacketAmount * Packets * Longer))
                throw new InvalidOperationException("the payment failed");
            stopwatch.Stop();
            packets += Packets * Longer;
            await connection.CloseAsync();
        }

        return packets / stopwatch.Elapsed.TotalSeconds;
    }
}
