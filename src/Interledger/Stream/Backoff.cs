namespace Interledger.Stream;

/// <summary>The pauses after failures in a row, each twice as long as the one before. Used under the gate.</summary>
internal sealed class Backoff(StreamConnection connection) : IDisposable
{
    private ITimer? _timer;
    private int _failures;

    public bool IsPausing { get; private set; }

    /// <summary>Counts a failure and pauses. False if there were too many.</summary>
    public bool TryPause()
    {
        // Packets that were sent together fail together; they count as one.
        if (IsPausing)
            return true;
        if (++_failures >= connection.Options.MaxAttempts)
            return false;
        var delay = connection.Options.RetryDelay * Math.Pow(2, Math.Min(_failures - 1, 16));
        if (delay > connection.Options.MaxRetryDelay)
            delay = connection.Options.MaxRetryDelay;
        IsPausing = true;
        _timer?.Dispose();
        _timer = connection.Time.CreateTimer(_ => connection.Resume(this), null, delay, Timeout.InfiniteTimeSpan);
        return true;
    }

    public void Resume() => IsPausing = false;

    public void Succeed() => _failures = 0;

    public void Dispose() => _timer?.Dispose();
}
