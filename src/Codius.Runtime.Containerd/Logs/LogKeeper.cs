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

    // A look costs one question for each log; which pods there are is known but for those of an earlier life.
    private const int LooksPerList = 20;

    private readonly ConcurrentDictionary<PodId, KeptLog[]> _pods = new();

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

        _pods[spec.Id] = LogsOf(spec.Id, spec.Containers.Count, part);
    }

    /// <summary>Looks after the logs of all pods until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var look = 0; ; look++)
        {
            await Task.Delay(Interval, time, cancellationToken);
            try
            {
                if (look % LooksPerList == 0)
                    List();
                foreach (var (id, logs) in _pods)
                    await LookAsync(id, logs, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotLooked(e.Message);
            }
        }
    }

    private void List()
    {
        // One that is opened meanwhile is not among these.
        var known = _pods.Keys;
        var present = files.List().ToHashSet();
        foreach (var gone in known.Where(id => !present.Contains(id)))
            _pods.TryRemove(gone, out _);
        foreach (var id in present.Where(id => !_pods.ContainsKey(id)))
            Find(id);
    }

    private void Find(PodId id)
    {
        try
        {
            if (files.ReadLimits(id) is { } sold && files.LogCount(id) is > 0 and var count)
                _pods.TryAdd(id, LogsOf(id, count, Part(sold.LogBytes, count)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(id, e.Message);
        }
    }

    private KeptLog[] LogsOf(PodId id, int count, long most) =>
    [
        .. Enumerable.Range(0, count).Select(
            index => new KeptLog(new FileInfo(files.LogFile(id, index)), files.LogStartFile(id, index), most)),
    ];

    private async Task LookAsync(PodId id, KeptLog[] logs, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var log in logs)
                await TrimAsync(log, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be removed at the moment; else it is seen to the next time.
            LogNotKept(id, e.Message);
        }
    }

    private async Task TrimAsync(KeptLog log, CancellationToken cancellationToken)
    {
        log.File.Refresh();
        if (!log.File.Exists)
            return;
        var (path, end) = (log.File.FullName, log.File.Length);
        var start = log.Start ??= LogStart.Read(log.StartFile);
        if (end - start.Offset <= log.Most)
            return;
        var next = await SkipAsync(path, start, end - (log.Most / 2), cancellationToken);
        if (next.Offset == start.Offset)
            return;
        next.Write(log.StartFile);
        log.Start = next;
        var length = next.Offset / BlockLength * BlockLength;
        if (length > 0)
            FileSpace.GiveBack(path, length);
        FileSpace.Reserve(path, end, log.Most / 2);
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

    /// <summary>A log and how many bytes are kept of it. Nobody else moves its start.</summary>
    private sealed class KeptLog(FileInfo file, string startFile, long most)
    {
        public FileInfo File => file;

        public string StartFile => startFile;

        public long Most => most;

        /// <summary>Null before the first look.</summary>
        public LogStart? Start { get; set; }
    }
}
