using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods.Logs;

/// <summary>
/// Reads the logs of each pod that somebody follows, once, however many they are, and gives its lines to all of them.
/// </summary>
internal sealed partial class LogHub(IPodRuntime runtime, PodNotes notes, ILogger<LogHub> log)
{
    private const int MostFollowers = 250;
    private readonly Lock _lock = new();
    private readonly Dictionary<PodId, LogFeed> _feeds = [];

    /// <summary>Null when too many follow already.</summary>
    public LogFollower? Follow(PodId id, ManifestHash manifest)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue(id, out var feed))
            {
                _feeds.Add(id, feed = new LogFeed(runtime, notes, id, manifest));
                _ = RunAsync(id, feed);
            }

            return feed.Count < MostFollowers ? feed.Add(() => Leave(id, feed)) : null;
        }
    }

    private async Task RunAsync(PodId id, LogFeed feed)
    {
        try
        {
            await Task.Run(feed.RunAsync);
        }
        catch (OperationCanceledException)
        {
            // Nobody follows any more.
        }
        catch (Exception e)
        {
            LogNotRead(log, id, e);
        }

        lock (_lock)
        {
            Remove(id, feed);
            feed.Complete();
        }
    }

    private void Leave(PodId id, LogFeed feed)
    {
        lock (_lock)
        {
            if (feed.Count == 0)
            {
                Remove(id, feed);
                feed.Cancel();
            }
        }
    }

    private void Remove(PodId id, LogFeed feed)
    {
        if (_feeds.GetValueOrDefault(id) == feed)
            _feeds.Remove(id);
    }

    [LoggerMessage(LogLevel.Warning, "The logs of pod {Id} cannot be read on")]
    private static partial void LogNotRead(ILogger log, PodId id, Exception error);
}
