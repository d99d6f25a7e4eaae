using System.Net;
using System.Runtime.CompilerServices;
using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Testing.Runtime;

/// <summary>
/// A runtime without containers, for tests of what uses one. Each operation can be delayed, failed or held up; pods
/// live on the <see cref="Machine"/>, so that <see cref="Restart"/> gives the next life of a host the same pods.
/// </summary>
public sealed class ScriptedPodRuntime : IPodRuntime, IPodDoor
{
    private readonly Dictionary<RuntimeOperation, ScriptedOperation> _operations =
        Enum.GetValues<RuntimeOperation>().ToDictionary(o => o, _ => new ScriptedOperation());

    private int _logReaders;

    public ScriptedPodRuntime(TimeProvider time)
        : this(new ScriptedMachine(time))
    {
    }

    private ScriptedPodRuntime(ScriptedMachine machine) => Machine = machine;

    public ScriptedMachine Machine { get; }

    public RuntimeInfo Info { get; } = new("scripted", "none");

    /// <inheritdoc/>
    public IPAddress HostAddress => IPAddress.Loopback;

    /// <summary>Where the pods' door leads; 0 while there is none.</summary>
    public int PortBehindDoor { get; private set; }

    /// <inheritdoc/>
    public void LeadTo(int port) => PortBehindDoor = port;

    /// <summary>The script of an operation.</summary>
    public ScriptedOperation On(RuntimeOperation operation) => _operations[operation];

    /// <summary>The runtime of the host's next life, without this one's scripts.</summary>
    public ScriptedPodRuntime Restart() => new(Machine);

    public async Task<Outcome<Done>> OpenAsync(CancellationToken cancellationToken) =>
        await EnterAsync(RuntimeOperation.Open, cancellationToken) is { } failure ? failure : Done.Instance;

    public async Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken) =>
        (await EnterAsync(RuntimeOperation.Pull, cancellationToken) ?? Machine.Registry(image)) is { } failure
            ? failure
            : new PulledImage(image, 1);

    public async Task<Outcome<PodStatus>> CreateAsync(PodSpec spec, CancellationToken cancellationToken) =>
        await EnterAsync(RuntimeOperation.Create, cancellationToken) is { } failure ? failure : Machine.Create(spec);

    public async Task<Outcome<PodStatus>> StartAsync(PodId id, CancellationToken cancellationToken) =>
        await EnterAsync(RuntimeOperation.Start, cancellationToken) is { } failure ? failure : Machine.Start(id);

    public async Task UncageAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Uncage, cancellationToken);
        Machine.Uncage(id);
    }

    public async Task<Outcome<PodStatus>> RestartAsync(
        PodSpec spec, string container, CancellationToken cancellationToken) =>
        await EnterAsync(RuntimeOperation.Restart, cancellationToken) is { } failure
            ? failure
            : Machine.Restart(spec.Id, container);

    public async Task PauseAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Pause, cancellationToken);
        Machine.SetPaused(id, true);
    }

    public async Task ResumeAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Resume, cancellationToken);
        Machine.SetPaused(id, false);
    }

    public async Task<PodStatus?> GetStatusAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Status, cancellationToken);
        return Machine.Statuses(id).FirstOrDefault();
    }

    public async Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.List, cancellationToken);
        return Machine.Statuses();
    }

    /// <summary>How often logs were opened for reading.</summary>
    public int LogReaders => Volatile.Read(ref _logReaders);

    public IAsyncEnumerable<PodEvent> WatchAsync(CancellationToken cancellationToken) =>
        Machine.Watch().ReadAllAsync(cancellationToken);

    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        PodId id, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _logReaders);
        var (lines, gone, changed) = Machine.Read(id, 0);
        var read = lines.Count;
        var wanted = lines.Where(l => query.Since is null || l.At >= query.Since).ToList();
        foreach (var line in query.Tail is { } tail ? wanted.TakeLast(tail) : wanted)
            yield return line;
        while (query.Follow && !gone)
        {
            await changed.WaitAsync(cancellationToken);
            (lines, gone, changed) = Machine.Read(id, read);
            read += lines.Count;
            foreach (var line in lines.Where(l => query.Since is null || l.At >= query.Since))
                yield return line;
        }
    }

    public async Task<PodStats?> GetStatsAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Stats, cancellationToken);
        return Machine.Statuses(id).FirstOrDefault() is { } pod
            ? new PodStats(
                TimeSpan.FromMilliseconds(1), 1024, pod.Containers.Count(c => c.Phase == ContainerPhase.Running))
            : null;
    }

    public async Task StopAsync(PodId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Stop, cancellationToken);
        Machine.Stop(id, grace);
    }

    public async Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        await EnterAsync(RuntimeOperation.Remove, cancellationToken);
        Machine.Remove(id);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<Failure?> EnterAsync(RuntimeOperation operation, CancellationToken cancellationToken) =>
        _operations[operation].EnterAsync(Machine.Time, cancellationToken);
}
