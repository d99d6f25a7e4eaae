using System.Runtime.CompilerServices;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>
/// Runs pods in a hyperd that is there already, each in a virtual machine, as the original host did. What hyperd cannot
/// do is a failure that says so: it starts no single container of a pod again, and it has no events, so that exits are
/// looked for. docs/operators.md tells what else is different.
/// </summary>
internal sealed partial class HyperdPodRuntime(HyperOptions options, TimeProvider time) : IPodRuntime
{
    private const long MiB = 1024 * 1024;
    private const int MilliPerCpu = 1000;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly HyperdClient _hyperd = new(options.Socket!);

    /// <inheritdoc/>
    public RuntimeInfo Info { get; } = new("hyperd", "hyperd");

    /// <inheritdoc/>
    public async Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken) =>
        (await _hyperd.ListPodsAsync(cancellationToken)).Succeeded(out _, out var failure) ? Done.Instance : failure;

    /// <inheritdoc/>
    public async Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if ((await _hyperd.PullAsync(NameOf(image), cancellationToken)).Succeeded(out _, out var failure))
            return new PulledImage(image, SizeBytes: 0);
        return failure.Kind switch
        {
            FailureKind.NotFound => new Failure(
                FailureKind.ImageNotFound, $"There is no image {image}: {failure.Message}", Blame.Caller),
            FailureKind.RuntimeUnavailable => failure,
            _ => new Failure(
                FailureKind.ImageUnavailable,
                $"The image {image} cannot be had: {failure.Message}",
                Blame.Upstream,
                true),
        };
    }

    /// <inheritdoc/>
    public async Task<Outcome<PodStatus>> CreateAsync(PodSpec spec, CancellationToken cancellationToken)
    {
        if (await GetStatusAsync(spec.Id, cancellationToken) is { } existing)
            return existing;
        // A creation that is given up goes on in hyperd: it is not cancelled half-way.
        var created = await _hyperd.CreatePodAsync(ToPod(spec), CancellationToken.None);
        if (!created.Succeeded(out _, out var failure))
            return failure.Kind == FailureKind.NotFound ? ImageGone(failure) : failure;
        return await RequireStatusAsync(spec.Id, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Outcome<PodStatus>> StartAsync(PodId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } found)
            return Failure.NotFound($"There is no pod {id}.");
        var started = await _hyperd.StartPodAsync(found, CancellationToken.None);
        if (started.Succeeded(out _, out var failure))
            return await RequireStatusAsync(id, cancellationToken);
        if (failure.Kind == FailureKind.RuntimeUnavailable)
            return failure;
        var idle = (await GetStatusAsync(id, cancellationToken))?.Containers
            .Where(container => container.Phase != ContainerPhase.Running)
            .Select(container => $"'{container.Name}'") ?? [];
        return Failure.PodFailed($"Container {string.Join(", ", idle)} could not be started: {failure.Message}");
    }

    /// <summary>A virtual machine has what it was made with: there is no cage.</summary>
    public Task UncageAsync(PodId id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// hyperd cannot start a container of a pod by itself: always a failure, unless the container runs.
    /// </summary>
    public async Task<Outcome<PodStatus>> RestartAsync(
        PodSpec spec, string container, CancellationToken cancellationToken)
    {
        if (await GetStatusAsync(spec.Id, cancellationToken) is not { } status
            || status.Containers.FirstOrDefault(c => c.Name == container) is not { } found)
            return Failure.NotFound($"There is no container {container} in a pod {spec.Id}.");
        return found.Phase == ContainerPhase.Running
            ? status
            : new Failure(
                FailureKind.RuntimeUnavailable,
                $"container {container} cannot be started again: hyperd starts pods as a whole",
                Blame.Host);
    }

    /// <inheritdoc/>
    public async Task PauseAsync(PodId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } found && await RunsAsync(found, cancellationToken))
            Require(await _hyperd.PausePodAsync(found, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(PodId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } found && await IsPausedAsync(found, cancellationToken))
            Require(await _hyperd.UnpausePodAsync(found, cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PodEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reported = new HashSet<(PodId, string)>();
        while (true)
        {
            var pods = await ListAsync(cancellationToken);
            reported.RemoveWhere(end => !pods.Any(pod => pod.Id == end.Item1));
            foreach (var pod in pods)
            {
                foreach (var end in pod.Containers.Where(c => c.Phase == ContainerPhase.Exited))
                {
                    if (reported.Add((pod.Id, end.Name)))
                        yield return new PodEvent(pod.Id, end.Name, end.ExitCode, end.FinishedAt ?? time.GetUtcNow());
                }
            }

            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        PodId id, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } found
            || !(await _hyperd.GetPodAsync(found, cancellationToken)).Succeeded(out var info, out _))
            yield break;
        var containers = HyperdStatuses.ContainersOf(found, info);
        await foreach (var line in new HyperdLogs(_hyperd).ReadAsync(containers, query, cancellationToken))
            yield return line;
    }

    /// <summary>hyperd does not count processes: there is at least one for each container that runs.</summary>
    public async Task<PodStats?> GetStatsAsync(PodId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } found
            || await GetStatusAsync(id, cancellationToken) is not { } status
            || !(await _hyperd.GetUsageAsync(found, cancellationToken)).Succeeded(out var usage, out _))
            return null;
        return new PodStats(
            TimeSpan.FromTicks((long)((usage.Cpu?.Usage?.Total ?? 0) / 100)),
            (long)(usage.Memory?.Usage ?? 0),
            status.Containers.Count(container => container.Phase == ContainerPhase.Running));
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        await ResumeAsync(id, cancellationToken);
        if (await FindAsync(id, cancellationToken) is { } found)
            Require(await _hyperd.DeletePodAsync(found, CancellationToken.None));
    }

    public ValueTask DisposeAsync()
    {
        _hyperd.Dispose();
        return ValueTask.CompletedTask;
    }

    private static UserPod ToPod(PodSpec spec)
    {
        var id = new HyperdId(spec.Manifest, spec.Id);
        return new UserPod(
            id.ToString(),
            new UserResource((spec.Limits.MilliCpu + MilliPerCpu - 1) / MilliPerCpu, spec.Limits.MemoryBytes / MiB),
            [.. spec.Containers.Select(container => new UserContainer(
                id.NameOf(container.Name),
                NameOf(container.Image),
                container.Command,
                container.WorkingDirectory,
                [.. container.Environment.Select(e => new EnvironmentVariable(e.Key, e.Value))]))]);
    }

    /// <summary>The short form that manifests have: what has no registry is on Docker's.</summary>
    private static string NameOf(ImageReference image)
    {
        var name = image.ToString();
        foreach (var usual in new[] { "docker.io/library/", "docker.io/" })
        {
            if (name.StartsWith(usual, StringComparison.Ordinal))
                return name[usual.Length..];
        }

        return name;
    }

    private static Failure ImageGone(Failure failure) =>
        new(FailureKind.ImageNotFound, $"The pod could not be made: {failure.Message}", Blame.Caller);
}
