namespace Interledger.Stream;

/// <summary>Wakes those who wait for a state to change. Both methods are called under the state's lock.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Ends at the next change.</summary>
    public Task Next() =>
        (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Raise()
    {
        _next?.SetResult();
        _next = null;
    }
}
