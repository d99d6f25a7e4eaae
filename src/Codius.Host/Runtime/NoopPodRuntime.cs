using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Host.Runtime;

/// <summary>
/// Runs nothing, and says of everything that it was done, as the original host did with <c>CODIUS_HYPER_NOOP</c>: pods
/// are sold, counted and extended, but have no address, so that nobody reaches them, and no output.
/// </summary>
internal sealed partial class NoopPodRuntime(TimeProvider time, ILogger<NoopPodRuntime> log) : IPodRuntime
{
    private readonly ConcurrentDictionary<PodId, PodStatus> _pods = new();

    /// <inheritdoc/>
    public RuntimeInfo Info { get; } = new("noop", "none");

    /// <inheritdoc/>
    public Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken)
    {
        LogNothingRuns(log);
        return Task.FromResult<Outcome<Done>>(Done.Instance);
    }

    /// <inheritdoc/>
    public Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<PulledImage>>(new PulledImage(image, SizeBytes: 0));

    /// <inheritdoc/>
    public Task<Outcome<PodStatus>> CreateAsync(PodSpec spec, CancellationToken cancellationToken)
    {
        var made = new PodStatus(
            spec.Id, spec.Manifest, SandboxReady: true, Address: null, time.GetUtcNow(),
            [.. spec.Containers.Select(c =>
                new ContainerStatus(c.Name, ContainerPhase.Created, null, null, null, null))]);
        return Task.FromResult<Outcome<PodStatus>>(_pods.GetOrAdd(spec.Id, made));
    }

    /// <inheritdoc/>
    public Task<Outcome<PodStatus>> StartAsync(PodId id, CancellationToken cancellationToken)
    {
        if (!_pods.TryGetValue(id, out var pod))
            return Task.FromResult<Outcome<PodStatus>>(Failure.NotFound($"There is no pod {id}."));
        var started = pod with { Containers = [.. pod.Containers.Select(Start)] };
        _pods[id] = started;
        return Task.FromResult<Outcome<PodStatus>>(started);
    }

    /// <inheritdoc/>
    public Task<Outcome<PodStatus>> RestartAsync(PodSpec spec, string container, CancellationToken cancellationToken) =>
        StartAsync(spec.Id, cancellationToken);

    /// <inheritdoc/>
    public Task UncageAsync(PodId id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task PauseAsync(PodId id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ResumeAsync(PodId id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<PodStatus?> GetStatusAsync(PodId id, CancellationToken cancellationToken) =>
        Task.FromResult(_pods.GetValueOrDefault(id));

    /// <inheritdoc/>
    public Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PodStatus>>([.. _pods.Values]);

    /// <summary>Nothing ends that does not run.</summary>
    public async IAsyncEnumerable<PodEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        yield break;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(PodId id, LogQuery query, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<LogLine>();

    /// <inheritdoc/>
    public Task<PodStats?> GetStatsAsync(PodId id, CancellationToken cancellationToken) =>
        Task.FromResult<PodStats?>(_pods.ContainsKey(id) ? new PodStats(TimeSpan.Zero, 0, 0) : null);

    /// <inheritdoc/>
    public Task StopAsync(PodId id, TimeSpan grace, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        _pods.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ContainerStatus Start(ContainerStatus container) =>
        container with { Phase = ContainerPhase.Running, StartedAt = time.GetUtcNow() };

    [LoggerMessage(LogLevel.Warning, "Codius:Hyper:Noop is set: pods are sold, and nothing runs in them")]
    private static partial void LogNothingRuns(ILogger log);
}
