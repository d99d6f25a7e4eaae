namespace Codius.Core.Pods;

/// <summary>
/// What runs pods: containerd, a cluster, or a script in a test. All implementations pass one conformance suite.
/// Expected failures (a missing image, a program that cannot be executed) come back as values; an exception means that
/// the runtime itself is broken or was cancelled.
/// </summary>
/// <remarks>
/// Every operation is idempotent: what is already stopped can be stopped, what is gone can be removed. Operations on
/// different pods may run at the same time; operations on one pod are asked for one after another by its owner.
/// Nothing of an operation that failed or was killed half-way outlives <see cref="RemoveAsync"/> of its pod.
/// </remarks>
public interface IPodRuntime : IAsyncDisposable
{
    /// <summary>What isolates the pods, for <c>/info</c> and for the answer to an upload.</summary>
    RuntimeInfo Info { get; }

    /// <summary>
    /// Makes the runtime ready for use. Pods of an earlier life of the host keep running and are listed.
    /// </summary>
    Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Makes an image present. One that is present is not asked for again at its registry.</summary>
    Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken);

    /// <summary>
    /// An id for a pod of these limits that is about to be made. A runtime that keeps sandboxes ready gives the id of
    /// one, and the pod that is then created under it needs no other. Whoever was given an id and has no use for it
    /// calls <see cref="RemoveAsync"/>, as after a creation that failed.
    /// </summary>
    PodId NewId(ResourceLimits limits) => PodId.New();

    /// <summary>
    /// Makes the pod's sandbox, network and containers without starting any. The pod is caged: until
    /// <see cref="UncageAsync"/> it gets only a small share of a busy CPU. A pod that could not be made is removed.
    /// </summary>
    Task<Outcome<PodStatus>> CreateAsync(PodSpec spec, CancellationToken cancellationToken);

    /// <summary>Starts all containers of a created pod.</summary>
    Task<Outcome<PodStatus>> StartAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>Gives a paid pod its full share.</summary>
    Task UncageAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a container again that has ended, in the same sandbox and with the same log. One that runs is left alone.
    /// </summary>
    Task<Outcome<PodStatus>> RestartAsync(PodSpec spec, string container, CancellationToken cancellationToken);

    /// <summary>
    /// Lets no process of the pod go on until <see cref="ResumeAsync"/>; it keeps its memory and its network. Stopping
    /// or removing it wakes it first.
    /// </summary>
    Task PauseAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>Lets a paused pod go on where it was.</summary>
    Task ResumeAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>The pod as it is now, or null if the runtime has none of that id.</summary>
    Task<PodStatus?> GetStatusAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>All pods that the runtime has, started or not, with what earlier lives of the host left.</summary>
    Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Exits of containers as they happen, until cancelled. An exit may be reported late after the runtime was
    /// restarted, and is then reported once.
    /// </summary>
    IAsyncEnumerable<PodEvent> WatchAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the containers wrote, oldest first; with <see cref="LogQuery.Follow"/> until cancelled or removed.
    /// </summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(PodId id, LogQuery query, CancellationToken cancellationToken);

    Task<PodStats?> GetStatsAsync(PodId id, CancellationToken cancellationToken);

    /// <summary>Asks all containers to end, and kills those that have not after <paramref name="grace"/>.</summary>
    Task StopAsync(PodId id, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Removes whatever there is of the pod: containers, sandbox, network, cgroup, logs.</summary>
    Task RemoveAsync(PodId id, CancellationToken cancellationToken);
}
