using Codius.Core.Pods;
using Codius.Testing.Processes;

namespace Codius.Testing.Runtime;

/// <summary>Collects what a runtime reports of exits.</summary>
public sealed class ExitWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<PodEvent> _seen = [];
    private readonly Task _watching;

    public ExitWatch(IPodRuntime runtime) => _watching = WatchAsync(runtime);

    public IReadOnlyList<PodEvent> Seen
    {
        get
        {
            lock (_seen)
                return [.. _seen];
        }
    }

    /// <summary>The report on a container; null as its name means the sandbox.</summary>
    public async Task<PodEvent> NextAsync(PodId id, string? container)
    {
        PodEvent? found = null;
        await Deadline.UntilAsync(
            () =>
                Task.FromResult((found = Seen.FirstOrDefault(e => e.Id == id && e.Container == container)) is not null),
            $"the report that {container ?? "the sandbox"} of {id} ended");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _leaving.Dispose();
    }

    private async Task WatchAsync(IPodRuntime runtime)
    {
        await foreach (var reported in runtime.WatchAsync(_leaving.Token))
        {
            lock (_seen)
                _seen.Add(reported);
        }
    }
}
