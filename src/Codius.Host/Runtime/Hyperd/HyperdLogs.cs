using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>Reads the logs of a pod's containers as one, by time.</summary>
internal sealed class HyperdLogs(HyperdClient hyperd)
{
    private const int Ahead = 256;

    /// <summary>Characters of each container, about as many as what containerd's pods keep of their logs.</summary>
    private const long MostKept = 8 * 1024 * 1024;

    /// <param name="containers">Name and id of each.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        IReadOnlyList<(string Name, string Id)> containers,
        LogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var present = new List<LogLine>();
        var seen = new Dictionary<string, long>();
        foreach (var (name, id) in containers)
        {
            var tail = new HyperdLogTail(MostKept);
            await using var log = await OpenAsync(name, id, follow: false, cancellationToken);
            await foreach (var line in log.ReadAsync(cancellationToken))
            {
                seen[name] = line.Number;
                if (IsWanted(line, query))
                    tail.Add(line);
            }

            present.AddRange(tail.Lines);
        }

        var wanted = present.OrderBy(line => line.At).ToList();
        foreach (var line in query.Tail is { } count ? wanted.TakeLast(count) : wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return line;
        }

        if (!query.Follow)
            yield break;
        await foreach (var line in FollowAsync(containers, cancellationToken))
        {
            if (line.Number > seen.GetValueOrDefault(line.Container) && IsWanted(line, query))
                yield return line;
        }
    }

    private static bool IsWanted(LogLine line, LogQuery query) => query.Since is null || line.At >= query.Since;

    // Each begins anew: what was read before is left out by its number.
    private async IAsyncEnumerable<LogLine> FollowAsync(
        IReadOnlyList<(string Name, string Id)> containers,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lines = Channel.CreateBounded<LogLine>(Ahead);
        var followers = Task.WhenAll(containers.Select(c => PassOnAsync(c.Name, c.Id, lines.Writer, leaving.Token)));
        _ = followers.ContinueWith(
            done => lines.Writer.TryComplete(done.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken))
                yield return line;
        }
        finally
        {
            await leaving.CancelAsync();
            await followers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PassOnAsync(
        string name, string id, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
    {
        await using var log = await OpenAsync(name, id, follow: true, cancellationToken);
        await foreach (var line in log.ReadAsync(cancellationToken))
            await lines.WriteAsync(line, cancellationToken);
    }

    private async Task<HyperdLogStream> OpenAsync(
        string name, string id, bool follow, CancellationToken cancellationToken) =>
        new(name, await hyperd.OpenLogAsync(id, follow, cancellationToken));
}
