namespace Codius.Host.Pods;

/// <summary>
/// The way from the world to a pod, as those see it who are served by it: it is closed when the pod stands still or is
/// removed, and another one is open from then on, for when the pod goes on.
/// </summary>
internal sealed class PodWay
{
    private CancellationTokenSource _open = new();

    /// <summary>A token of the way that is open now: cancelled when it is closed.</summary>
    public CancellationToken Enter() => Volatile.Read(ref _open).Token;

    /// <summary>Does not wait for those who are told.</summary>
    public void Close() => _ = Interlocked.Exchange(ref _open, new CancellationTokenSource()).CancelAsync();
}
