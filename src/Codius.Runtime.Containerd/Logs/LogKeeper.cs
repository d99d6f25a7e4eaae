using System.Collections.Concurrent;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Pods;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// Keeps of each pod's logs as much as was sold. containerd goes on writing to the same file, whose oldest part is
/// given back to the disk: no line is torn, and whoever reads has only to skip what is gone. Between two looks a pod
/// may write more than its part; then it takes that from its own disk, which is all that there is.
/// </summary>
internal sealed partial class LogKeeper(
    PodFiles files, ContainerdOptions options, TimeProvider time, ILogger<LogKeeper> logger)
{
    private const int PieceLength = 256 * 1024;
    private const int BlockLength = 4096;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<PodId, (long Bytes, int Logs)> _limits = new();

    /// <summary>
    /// Takes space for what a pod is going to write before it is needed, so that a pod that has filled its disk can
    /// still say so.
    /// </summary>
    public void Open(PodSpec spec)
    {
        var part = Part(spec.Limits.LogBytes, spec.Containers.Count);
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            File.Create(files.LogFile(spec.Id, i)).Dispose();
            FileSpace.Reserve(files.LogFile(spec.Id, i), 0, part);
        }
    }

    /// <summary>Looks after the logs of all pods until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                await LookAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotLooked(e.Message);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var present = files.List().ToHashSet();
        foreach (var id in present)
            await LookAsync(id, cancellationToken);
        foreach (var gone in _limits.Keys.Where(id => !present.Contains(id)))
            _limits.TryRemove(gone, out _);
    }

    private async Task LookAsync(PodId id, CancellationToken cancellationToken)
    {
        try
        {
            if (!_limits.TryGetValue(id, out var limits))
            {
                if (files.ReadLimits(id) is not { } sold)
                    return;
                limits = (sold.LogBytes, files.LogCount(id));
                _limits[id] = limits;
            }

            for (var i = 0; i < limits.Logs; i++)
                await TrimAsync(id, i, Part(limits.Bytes, limits.Logs), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be removed at the moment; else it is seen to the next time.
            LogNotKept(id, e.Message);
        }
    }

    private async Task TrimAsync(PodId id, int index, long most, CancellationToken cancellationToken)
    {
        var (path, startFile) = (files.LogFile(id, index), files.LogStartFile(id, index));
        if (!File.Exists(path))
            return;
        var start = LogStart.Read(startFile);
        if (new FileInfo(path).Length - start.Offset <= most)
            return;
        var end = new FileInfo(path).Length;
        var next = await SkipAsync(path, start, end - (most / 2), cancellationToken);
        if (next.Offset == start.Offset)
            return;
        next.Write(startFile);
        var length = next.Offset / BlockLength * BlockLength;
        if (length > 0)
            FileSpace.GiveBack(path, length);
        FileSpace.Reserve(path, end, most / 2);
    }

    /// <summary>The first line that begins at an offset or after it, and what was before it.</summary>
    private async Task<LogStart> SkipAsync(
        string path, LogStart start, long to, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Position = start.Offset;
        var counter = new LogCounter(options.MaxLogLineLength) { Lines = start.Lines };
        var (piece, filled, at) = (new byte[PieceLength], 0, start.Offset);
        while (at < to)
        {
            var read = await file.ReadAsync(piece.AsMemory(filled), cancellationToken);
            filled += read;
            var taken = counter.Take(piece.AsSpan(0, filled));
            if (read == 0 || taken == 0)
                break;
            at += taken;
            piece.AsSpan(taken, filled - taken).CopyTo(piece);
            filled -= taken;
        }

        return new LogStart(at, counter.Lines);
    }

    private static long Part(long bytes, int logs) => Math.Max(64 * 1024, bytes / logs);

    [LoggerMessage(LogLevel.Warning, "The logs of pods were not looked after: {Reason}")]
    private partial void LogNotLooked(string reason);

    [LoggerMessage(LogLevel.Debug, "The logs of pod {Pod} were not looked after: {Reason}")]
    private partial void LogNotKept(PodId pod, string reason);
}
