using System.Runtime.InteropServices;
using Interledger;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Stream;

namespace Codius.Bench.Interledger;

/// <summary>
/// Bytes that one side of an idle STREAM connection takes, of the whole process: garbage is collected, and what OpenSSL
/// keeps counts. Each connection has paid over a stream that stays open, and then was silent for some seconds. It is
/// measured in a process of its own.
/// </summary>
public static class ConnectionMemory
{
    private const int WarmUp = 1000;
    private const int Count = 20_000;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public static async Task<double> MeasureAsync()
    {
        var (left, right) = InMemoryLink.CreatePair();
        var asset = new AssetDetails("XRP", 9);
        await using var server = new StreamServer(right, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.server"),
            Asset = asset,
            Secret = new byte[32],
            MaxConnections = WarmUp + Count,
            Connection = new StreamOptions { IdleTimeout = TimeSpan.FromHours(1) },
        });
        server.OnConnection(
            static connection => connection.OnStream(static stream => stream.SetReceiveMax(ulong.MaxValue)));
        server.Listen();
        await using var client = new StreamClient(left, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.client"),
            Asset = asset,
            Connection = new StreamOptions { IdleTimeout = TimeSpan.FromHours(1) },
        });
        client.Listen();

        await ConnectAsync(client, server, WarmUp);
        await Task.Delay(Silence, TimeProvider.System);
        var before = Used();
        await ConnectAsync(client, server, Count);
        await Task.Delay(Silence, TimeProvider.System);
        return (Used() - before) / (2.0 * Count);
    }

    private static async Task ConnectAsync(StreamClient client, StreamServer server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var connection = client.Connect(server.CreateCredentials());
            if (await connection.OpenAsync() is { } failure)
                throw new InvalidOperationException(failure.Message);
            var stream = connection.OpenStream();
            stream.SetSendMax(1000);
            if (!await stream.WaitForSentAsync(1000))
                throw new InvalidOperationException("the payment failed");
        }
    }

    private static long Used()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // The same for memory that is not the collector's.
        _ = TrimMalloc(0);
        return Environment.WorkingSet;
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimMalloc(nuint pad);
}
