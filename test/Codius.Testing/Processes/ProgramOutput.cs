namespace Codius.Testing.Processes;

/// <summary>The lines that a program has printed so far, and who waits for one that it has not.</summary>
internal sealed class ProgramOutput
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<Waiter> _waiters = [];
    private bool _ended;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    /// <summary>
    /// The first matching line at or after an index, with its index; null if the output ends without one.
    /// </summary>
    public Task<(int Index, string Line)?> FindAsync(Func<string, bool> matches, int from)
    {
        lock (_lock)
        {
            for (var i = from; i < _lines.Count; i++)
                if (matches(_lines[i])) return Task.FromResult<(int, string)?>((i, _lines[i]));
            if (_ended) return Task.FromResult<(int, string)?>(null);
            var waiter = new Waiter(matches, from);
            _waiters.Add(waiter);
            return waiter.Found.Task;
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            var index = _lines.Count;
            _lines.Add(line);
            foreach (var waiter in _waiters.Where(w => w.From <= index && w.Matches(line)).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Found.SetResult((index, line));
            }
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var waiter in _waiters) waiter.Found.SetResult(null);
            _waiters.Clear();
        }
    }

    private sealed record Waiter(Func<string, bool> Matches, int From)
    {
        public TaskCompletionSource<(int Index, string Line)?> Found { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
