using Codius.Core;

namespace Codius.Testing.Runtime;

/// <summary>What a test can interfere with.</summary>
public enum RuntimeOperation
{
    Open,
    Pull,
    Create,
    Start,
    Uncage,
    Restart,
    Pause,
    Resume,
    Status,
    List,
    Stats,
    Stop,
    Remove,
}

/// <summary>How one operation of a scripted runtime goes: by itself, or as a test wants it.</summary>
public sealed class ScriptedOperation
{
    private readonly Lock _lock = new();
    private readonly Queue<Failure> _failures = new();
    private readonly Queue<Exception> _exceptions = new();
    private OperationGate? _gate;
    private int _calls;

    /// <summary>How often it was asked for.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>How long each call takes, by the runtime's clock.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The next call that is not decided yet fails so; only operations that return an outcome can.</summary>
    public void FailNext(Failure failure)
    {
        lock (_lock)
            _failures.Enqueue(failure);
    }

    /// <summary>The next call finds the runtime itself broken.</summary>
    public void ThrowNext(Exception exception)
    {
        lock (_lock)
            _exceptions.Enqueue(exception);
    }

    /// <summary>Calls from now on wait at the gate until it is opened.</summary>
    public OperationGate Close()
    {
        lock (_lock)
            return _gate = new OperationGate();
    }

    internal async Task<Failure?> EnterAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        OperationGate? gate;
        lock (_lock)
            gate = _gate;
        if (gate is not null)
            await gate.PassAsync(cancellationToken);
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, time, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_exceptions.TryDequeue(out var exception))
                throw exception;
            return _failures.TryDequeue(out var failure) ? failure : null;
        }
    }
}

/// <summary>Holds calls up. The test awaits <see cref="Reached"/>, looks at what is then, and opens.</summary>
public sealed class OperationGate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the first call has come.</summary>
    public Task Reached => _reached.Task;

    public void Open() => _opened.TrySetResult();

    internal Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _opened.Task.WaitAsync(cancellationToken);
    }
}
