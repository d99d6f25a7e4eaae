namespace Codius.Testing.Processes;

/// <summary>Waiting for something that can only be asked for, not awaited.</summary>
public static class Deadline
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public static Task UntilAsync(
        Func<bool> holds, string what, TimeSpan? within = null, CancellationToken cancellation = default) =>
        UntilAsync(() => Task.FromResult(holds()), what, within, cancellation);

    public static async Task UntilAsync(
        Func<Task<bool>> holds, string what, TimeSpan? within = null, CancellationToken cancellation = default)
    {
        using var timeout = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        using var ticks = new PeriodicTimer(Pause);
        while (!await holds())
        {
            if (timeout.IsCancellationRequested) throw new TimeoutException($"{what}: not in time");
            await ticks.WaitForNextTickAsync(cancellation);
        }
    }
}
