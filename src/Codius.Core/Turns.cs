using System.Collections.Concurrent;

namespace Codius.Core;

/// <summary>One at a time does something to each of many things, which are known by their names.</summary>
public sealed class Turns
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _taken = new();

    /// <summary>Whether somebody has the turn now.</summary>
    public bool IsTaken(string name) => _taken.ContainsKey(name);

    /// <summary>The turn, which ends when it is disposed; null if somebody else has it.</summary>
    public IDisposable? TryTake(string name)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _taken.TryAdd(name, ended) ? new Turn(this, name) : null;
    }

    /// <summary>
    /// Waits for the turn, which ends when it is disposed. Those who wait get it in no particular order.
    /// </summary>
    public async Task<IDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(name) is { } turn)
                return turn;
            if (_taken.TryGetValue(name, out var other))
                await other.Task.WaitAsync(cancellationToken);
        }
    }

    private sealed class Turn(Turns turns, string name) : IDisposable
    {
        private bool _over;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _over, true) && turns._taken.TryRemove(name, out var ended))
                ended.SetResult();
        }
    }
}
