using System.Collections.Concurrent;
using Codius.Core.Pods;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>A started, caged, empty sandbox. Its pod will have its id.</summary>
/// <param name="Naming">What will name it, if that takes a program.</param>
internal sealed record WarmSandbox(PodId Id, string Sandbox, NamingProgram? Naming) : IDisposable
{
    /// <summary>Whether it can be given a name.</summary>
    public bool CanBeNamed => Naming is not { HasEnded: true };

    /// <summary>Ends the wait for a name; the sandbox itself stays.</summary>
    public void Dispose() => Naming?.Dispose();
}

/// <summary>
/// Sandboxes that wait for a pod: ready ones, and those whose id was given out. One at a time is made, and only when no
/// start is under way, so that filling up takes nothing from whoever pays. A burst of starts empties the pool; those
/// that come then start cold.
/// </summary>
/// <param name="isAlive">Whether there are processes in the sandbox of that id.</param>
internal sealed partial class WarmSandboxes(
    int size, Func<PodId, bool> isAlive, TimeProvider time, ILogger<WarmSandboxes> logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<WarmSandbox> _ready = new();
    private readonly ConcurrentQueue<PodId> _dead = new();
    private readonly ConcurrentDictionary<PodId, WarmSandbox> _given = new();

    private readonly SemaphoreSlim _wanted = new(0);

    private int _starts;
    private long _lastStart = long.MinValue;

    /// <summary>What they are made for; a pod of other limits needs a sandbox of its own.</summary>
    public static ResourceLimits Limits => ResourceLimits.Small;

    /// <summary>Gives out the id of a living one, or null when there is none for these limits.</summary>
    public PodId? TryGive(ResourceLimits limits)
    {
        if (limits != Limits)
            return null;
        // Whoever asks is about to start something: filling up waits from now on.
        Interlocked.Exchange(ref _lastStart, time.GetTimestamp());
        while (_ready.TryDequeue(out var warm))
        {
            _wanted.Release();
            if (IsUsable(warm))
            {
                _given.TryAdd(warm.Id, warm);
                return warm.Id;
            }

            SetAside(warm);
        }

        return null;
    }

    /// <summary>Whether this id was given out and no pod has moved in.</summary>
    public bool IsGiven(PodId id) => _given.ContainsKey(id);

    /// <summary>The sandbox that belongs to an id, once.</summary>
    public WarmSandbox? Take(PodId id) => _given.TryRemove(id, out var warm) ? warm : null;

    /// <summary>While what this returns is not disposed, none is made.</summary>
    public IDisposable Start() => new Started(this);

    /// <summary>
    /// Keeps so many ready until cancelled. <paramref name="makeAsync"/> makes one or returns null; neither it nor
    /// <paramref name="removeAsync"/> throws.
    /// </summary>
    public async Task FillAsync(
        Func<Task<WarmSandbox?>> makeAsync, Func<PodId, Task> removeAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            SetDeadAside();
            while (_dead.TryDequeue(out var dead))
                await removeAsync(dead);
            if (_ready.Count >= size)
                await _wanted.WaitAsync(LookAgain, cancellationToken);
            else if (UntilQuiet() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancellationToken);
            else if (await makeAsync() is { } warm)
                Add(warm);
            else
                await Task.Delay(Retry, time, cancellationToken);
        }
    }

    /// <summary>Lets go of those that nobody moved into; they stay for the next life of the host to remove.</summary>
    public void LetGo()
    {
        foreach (var warm in _ready.Concat(_given.Values))
            warm.Dispose();
    }

    // Those that live stay where they are unless there is a dead one: whoever pays meanwhile finds them.
    private void SetDeadAside()
    {
        if (_ready.All(IsUsable))
            return;
        for (var left = _ready.Count; left > 0 && _ready.TryDequeue(out var warm); left--)
        {
            if (IsUsable(warm))
                _ready.Enqueue(warm);
            else
                SetAside(warm);
        }
    }

    private bool IsUsable(WarmSandbox warm) => warm.CanBeNamed && isAlive(warm.Id);

    private void SetAside(WarmSandbox dead)
    {
        dead.Dispose();
        _dead.Enqueue(dead.Id);
    }

    private void Add(WarmSandbox warm)
    {
        _ready.Enqueue(warm);
        if (_ready.Count == size)
            LogFull(size);
    }

    private TimeSpan UntilQuiet()
    {
        if (Volatile.Read(ref _starts) > 0)
            return Quiet;
        var last = Interlocked.Read(ref _lastStart);
        return last == long.MinValue ? TimeSpan.Zero : Quiet - time.GetElapsedTime(last);
    }

    private void End()
    {
        Interlocked.Exchange(ref _lastStart, time.GetTimestamp());
        Interlocked.Decrement(ref _starts);
    }

    [LoggerMessage(LogLevel.Debug, "{Count} empty sandboxes are ready.")]
    private partial void LogFull(int count);

    private sealed class Started : IDisposable
    {
        private readonly WarmSandboxes _pool;

        public Started(WarmSandboxes pool)
        {
            _pool = pool;
            Interlocked.Increment(ref pool._starts);
        }

        public void Dispose() => _pool.End();
    }
}
