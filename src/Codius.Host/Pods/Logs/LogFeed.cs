using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods.Logs;

/// <summary>One reader of one pod's logs, and those who follow it.</summary>
internal sealed class LogFeed(IPodRuntime runtime, PodNotes notes, PodId id, ManifestHash manifest)
{
    // Never disposed: it has no timer, and the last who leaves may do so after the reader has ended.
    private readonly CancellationTokenSource _unwanted = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<LogFollower> _followers = [];
    private bool _isComplete;

    public int Count
    {
        get
        {
            lock (_lock)
                return _followers.Count;
        }
    }

    public LogFollower Add(Action left)
    {
        LogFollower? follower = null;
        follower = new LogFollower(_ready.Task, () =>
        {
            lock (_lock)
                _followers.Remove(follower!);
            left();
        });
        lock (_lock)
        {
            _followers.Add(follower);
            if (_isComplete)
                follower.Complete();
        }

        return follower;
    }

    /// <summary>
    /// Passes lines on until nobody follows or the pod is removed. What was there at the beginning is not: followers
    /// read it as they want it, after they were told that everything else comes from here.
    /// </summary>
    public async Task RunAsync()
    {
        var known = new Dictionary<string, long>();
        await foreach (var line in runtime.ReadLogsAsync(id, new LogQuery(), _unwanted.Token))
            known[line.Container] = line.Number;
        using var watch = notes.Watch(manifest, PassOn);
        _ready.TrySetResult();
        await foreach (var line in runtime.ReadLogsAsync(id, new LogQuery(Follow: true), _unwanted.Token))
        {
            if (line.Number > known.GetValueOrDefault(line.Container))
                PassOn(line);
        }
    }

    public void Cancel() => _unwanted.Cancel();

    /// <summary>No more comes, now or for those who are late.</summary>
    public void Complete()
    {
        _ready.TrySetResult();
        lock (_lock)
        {
            _isComplete = true;
            foreach (var follower in _followers)
                follower.Complete();
        }
    }

    private void PassOn(LogLine line)
    {
        var text = new LogText(line);
        lock (_lock)
        {
            foreach (var follower in _followers)
                follower.Offer(text);
        }
    }
}
