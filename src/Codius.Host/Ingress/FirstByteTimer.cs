namespace Codius.Host.Ingress;

/// <summary>
/// Gives up a request whose pod does not begin to answer. As long as the request's body moves the pod is not waited
/// for, so that a long upload is not taken for a slow pod.
/// </summary>
public sealed class FirstByteTimer : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _lastMoved;
    private bool _over;

    /// <param name="patience">How long the pod may take.</param>
    /// <param name="time">Whose time it is.</param>
    /// <param name="ends">What ends the request sooner, and one that is answered already.</param>
    public FirstByteTimer(TimeSpan patience, TimeProvider time, params ReadOnlySpan<CancellationToken> ends)
    {
        _patience = patience;
        _time = time;
        _source = CancellationTokenSource.CreateLinkedTokenSource(ends);
        _lastMoved = time.GetTimestamp();
        _timer = time.CreateTimer(static t => ((FirstByteTimer)t!).Look(), this, patience, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    public bool HasExpired { get; private set; }

    public void BodyMoved() => Interlocked.Exchange(ref _lastMoved, _time.GetTimestamp());

    /// <summary>The pod answers: from here on only the idle time-out counts.</summary>
    public void Stop()
    {
        lock (_lock)
            _over = true;
    }

    public void Dispose()
    {
        Stop();
        _timer.Dispose();
        _source.Dispose();
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_over)
                return;
            var left = _patience - _time.GetElapsedTime(Interlocked.Read(ref _lastMoved));
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            (_over, HasExpired) = (true, true);
        }

        // Outside of the lock: who is cancelled may run its continuation here and dispose this timer.
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended in this very moment.
        }
    }
}
