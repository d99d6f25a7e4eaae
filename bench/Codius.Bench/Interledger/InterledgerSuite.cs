using System.Globalization;
using Codius.Testing.Processes;

namespace Codius.Bench.Interledger;

/// <summary>The Interledger libraries beside the JavaScript packages that do the same.</summary>
public static class InterledgerSuite
{
    /// <summary>Bytes that an idle connection may take.</summary>
    private const double MostConnectionMemory = 4096;

    /// <summary>The measures, each of which can be run alone.</summary>
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Measure>>> Parts { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Measure>>>(StringComparer.Ordinal)
        {
            ["packet-codec"] = () => One(PacketCodec.MeasureAsync),
            ["stream-receive"] = StreamReceive.MeasureAsync,
            ["stream-payment"] = () => One(StreamPayments.MeasureAsync),
            ["connector-forward"] = () => One(ConnectorForward.MeasureAsync),
            ["paid-request"] = () => One(PaidRequests.MeasureAsync),
            ["connection-memory"] = () => One(MeasureMemoryAsync),
        };

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        foreach (var part in Parts.Values)
        {
            await foreach (var measure in part())
                yield return measure;
        }
    }

    private static async IAsyncEnumerable<Measure> One(Func<Task<Measure>> measure)
    {
        yield return await measure();
    }

    private static async Task<Measure> MeasureMemoryAsync()
    {
        var bytes = (await RunningProgram.RunAsync(BenchProcess.Of("connection-memory"))).EnsureSuccess().Output;
        return new Measure(
            "connection-memory", double.Parse(bytes, CultureInfo.InvariantCulture), MostConnectionMemory);
    }
}
