using Interledger.Stream;

namespace Codius.Host.Payments;

internal sealed partial class StreamTill
{
    public long Returnable(string tag) =>
        (long)Math.Min(Returnables(tag).Aggregate(0UL, (sum, each) => sum + each.Amount), long.MaxValue);

    public async Task<long> ReturnAsync(string tag, long amount, CancellationToken cancellationToken)
    {
        var left = (ulong)amount;
        var arrived = 0UL;
        foreach (var (stream, most) in Returnables(tag))
        {
            var before = stream.TotalSent;
            var part = Math.Min(left, most);
            stream.SetSendMax(before + part);
            await TryWaitAsync(stream, before + part, cancellationToken);
            var sent = stream.TotalSent - before;
            arrived += sent;
            left -= sent;
        }

        return (long)arrived;
    }

    // Each connection gets back at most what came over it, and only as much as it takes: the clients of the original
    // take nothing.
    private List<(MoneyStream Stream, ulong Amount)> Returnables(string tag) =>
        [.. ConnectionsOf(tag)
            .Select(connection => connection.FindStream(PayStream)).OfType<MoneyStream>()
            .Where(stream => stream is { IsOpen: true, PeerReceiveMax: > 0 } && stream.TotalReceived > stream.TotalSent)
            .Select(stream => (stream, stream.TotalReceived - stream.TotalSent))];

    private static async Task TryWaitAsync(MoneyStream stream, ulong amount, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WaitForSentAsync(amount, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was not answered by now counts as not sent.
        }
    }
}
