using System.Threading.Channels;

namespace Codius.Host.Pods.Logs;

/// <summary>
/// One who follows a pod's logs. Lines wait for him up to a bound; what comes beyond it he misses, which he sees by
/// the numbers of the lines. He never holds up the others.
/// </summary>
internal sealed class LogFollower(Task ready, Action leave) : IDisposable
{
    private const int MostWaiting = 256;

    private readonly Channel<LogText?> _waiting = Channel.CreateBounded<LogText?>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LogText> _lastMissed = [];

    /// <summary>Ends when all lines that are not in the log by now will come here.</summary>
    public Task Ready => ready;

    /// <summary>Lines, and null for a sign of life.</summary>
    public ChannelReader<LogText?> Waiting => _waiting.Reader;

    public void Offer(LogText text)
    {
        lock (_lock)
        {
            if (_waiting.Writer.TryWrite(text))
                _lastMissed.Remove(text.Line.Container);
            else
                _lastMissed[text.Line.Container] = text;
        }
    }

    /// <summary>
    /// A sign of life. The last line that was missed is no longer missed, so that whoever has caught up sees how far he
    /// was behind, though nothing more is written.
    /// </summary>
    public void Ping()
    {
        lock (_lock)
        {
            foreach (var (container, text) in _lastMissed)
            {
                if (_waiting.Writer.TryWrite(text))
                    _lastMissed.Remove(container);
            }

            _waiting.Writer.TryWrite(null);
        }
    }

    public void Complete() => _waiting.Writer.TryComplete();

    public void Dispose() => leave();
}
