using Interledger.Stream;

namespace Codius.Host.Payments;

internal sealed partial class StreamTill
{
    public long Returnable(string tag, bool fromOthers = false) =>
        (long)Math.Min(Returnables(tag, fromOthers).Aggregate(0UL, (sum, each) => sum + each.Amount), long.MaxValue);

    public async Task<long> ReturnAsync(
        string tag, long amount, bool fromOthers, CancellationToken cancellationToken)
    {
        var left = (ulong)amount;
        var arrived = 0UL;
        foreach (var (stream, most) in Returnables(tag, fromOthers))
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

    // Each connection gets back at most what came over it, unless somebody proved his right to more, and only as much
    // as it takes: the clients of the original take nothing.
    private List<(MoneyStream Stream, ulong Amount)> Returnables(string tag, bool fromOthers) =>
        [.. ConnectionsOf(tag)
            .Select(connection => connection.FindStream(PayStream)).OfType<MoneyStream>()
            .Where(stream => stream is { IsOpen: true, PeerReceiveMax: > 0 })
            .Select(stream => (stream, fromOthers ? Welcome(stream) : Unreturned(stream)))
            .Where(returnable => returnable.Item2 > 0)];

    private static ulong Unreturned(MoneyStream stream) =>
        stream.TotalReceived > stream.TotalSent ? stream.TotalReceived - stream.TotalSent : 0;

    private static ulong Welcome(MoneyStream stream) =>
        stream.PeerReceiveMax is { } most && most > stream.TotalSent ? most - stream.TotalSent : 0;

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
