using System.Runtime.CompilerServices;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>Merges the logs of a pod's containers by time, holding one line of each at a time.</summary>
internal sealed class PodLogReader(
    IReadOnlyList<(string Container, string Path, string StartPath)> files, int maxLineLength, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// Reads what there is and, if asked to follow, what comes, while <paramref name="exists"/> holds.
    /// </summary>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        LogQuery query, Func<bool> exists, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var logs = files.Select(f => new CriLogFile(f.Container, f.Path, maxLineLength, f.StartPath)).ToList();
        try
        {
            var lines = Available(logs).Where(l => query.Since is null || l.At >= query.Since);
            foreach (var line in query.Tail is { } tail ? Last(lines, tail) : lines)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return line;
            }

            while (query.Follow)
            {
                var last = !exists();
                foreach (var line in Available(logs).Where(l => query.Since is null || l.At >= query.Since))
                    yield return line;
                if (last)
                    yield break;
                await Task.Delay(LookAgain, time, cancellationToken);
            }
        }
        finally
        {
            logs.ForEach(l => l.Dispose());
        }
    }

    private static IEnumerable<LogLine> Available(List<CriLogFile> logs)
    {
        while (logs.Where(l => l.Peek() is not null).MinBy(l => l.Peek()!.At) is { } earliest)
        {
            var line = earliest.Peek()!;
            earliest.Take();
            yield return line;
        }
    }

    private static Queue<LogLine> Last(IEnumerable<LogLine> lines, int count)
    {
        var last = new Queue<LogLine>();
        foreach (var line in lines)
        {
            last.Enqueue(line);
            if (last.Count > count)
                last.Dequeue();
        }

        return last;
    }
}
