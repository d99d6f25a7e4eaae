using System.Threading.Channels;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>
/// Owns one manifest's pod: everything that changes it goes through this queue, one after another, so that a start, an
/// extension and the end of a lease never meet. <see cref="PodLifecycle"/> says what can follow what, and
/// docs/life-of-a-pod.md tells it as a story.
/// </summary>
/// <remarks>
/// The order of steps is what makes a crash harmless. A pod is made without a word in the store: if the host dies then,
/// the next life finds a pod that no record names and removes it. The commit is one transaction with the money. The
/// end is recorded before the pod is removed: if the host dies between, the next life removes it as well.
/// </remarks>
internal sealed partial class PodActor : IDisposable
{
    private const int LongestQueue = 64;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    private readonly PodServices _services;
    private readonly Channel<PodCommand> _commands = Channel.CreateBounded<PodCommand>(LongestQueue);
    private readonly ITimer _alarm;
    private Capacity.Reservation? _reservation;
    private readonly Lock _transientLock = new();
    private PodId? _transient;
    private DateTimeOffset? _downSince;
    private int _working;

    public PodActor(ManifestHash manifest, PodServices services)
    {
        Manifest = manifest;
        _services = services;
        _alarm = services.Time.CreateTimer(
            static actor => ((PodActor)actor!).OnAlarm(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        Completion = Task.Run(RunAsync);
    }

    public ManifestHash Manifest { get; }

    /// <summary>The paid pod, or null while there is none.</summary>
    public PodView? View { get; private set; }

    /// <summary>How the world reaches the pod. It is closed when the view says so already.</summary>
    public PodWay Way { get; } = new();

    /// <summary>Requests that have found this owner and may be about to ask; counted by the registry.</summary>
    public int Users { get; set; }

    /// <summary>Whether there is no pod and nothing to do.</summary>
    public bool IsIdle => View is null && Volatile.Read(ref _working) == 0;

    /// <summary>
    /// The pods that this owner is responsible for: the paid one, and one that is being started or removed.
    /// </summary>
    /// <remarks>A pod that is sold moves from the one to the other: the one it leaves is read first.</remarks>
    public IEnumerable<PodId> OwnedPods => new[] { Transient, View?.Record.Id }.OfType<PodId>();

    private PodId? Transient
    {
        get
        {
            lock (_transientLock)
                return _transient;
        }
        set
        {
            lock (_transientLock)
                _transient = value;
        }
    }

    /// <summary>Ends when the queue was closed and all in it was done.</summary>
    public Task Completion { get; }

    /// <summary>Starts the pod, or extends it if it runs, for a payment that waits to be fulfilled.</summary>
    public async Task<Outcome<PodSale>> SellAsync(
        PodOrder order, Payment payment, Capacity.Reservation? reservation, CancellationToken cancellationToken)
    {
        var sell = new PodCommand.Sell(order, payment, reservation, cancellationToken);
        if (!TryEnqueue(sell))
        {
            reservation?.Dispose();
            return Failure.NoCapacity("too many requests for this pod wait already");
        }

        // A payment must be answered in time, though it waits behind another start or for a slow runtime.
        await using var giveUp = cancellationToken.Register(() => sell.GiveUp(NotInTime()));
        return await sell.Done.Task;
    }

    /// <summary>Takes over a pod that an earlier life of the host sold.</summary>
    public Task RecoverAsync(PodRecord record, PodStatus? status, DateTimeOffset lastAlive)
    {
        var recover = new PodCommand.Recover(record, status, lastAlive);
        return TryEnqueue(recover) ? recover.Done.Task : Task.CompletedTask;
    }

    /// <summary>Ends what the holder of a capability may end: the pod, or his own time.</summary>
    public Task<Outcome<PodEnding>> StopAsync(CapabilityId capability)
    {
        var stop = new PodCommand.Stop(capability);
        return TryEnqueue(stop)
            ? stop.Done.Task
            : Task.FromResult<Outcome<PodEnding>>(
                Failure.NoCapacity("too many requests for this pod wait already"));
    }

    /// <summary>The runtime says that something of the pod ended.</summary>
    public void Notice(PodId id) => TryEnqueue(new PodCommand.Inspect(id));

    public void Close() => _commands.Writer.TryComplete();

    public void Dispose() => _alarm.Dispose();

    private bool TryEnqueue(PodCommand command)
    {
        Interlocked.Increment(ref _working);
        if (_commands.Writer.TryWrite(command))
            return true;
        Interlocked.Decrement(ref _working);
        return false;
    }

    private async Task RunAsync()
    {
        await foreach (var command in _commands.Reader.ReadAllAsync())
        {
            try
            {
                await FollowClockAsync();
                await HandleAsync(command);
            }
            catch (Exception e)
            {
                // A bug or a broken store must not take the pod's owner away: the next command finds it here.
                LogCommandFailed(_services.Log, Manifest, command.GetType().Name, e);
                command.Fail(Failure.Internal("something went wrong on this host; nothing was kept for it"));
                LookAgainSoon();
            }
            finally
            {
                Transient = null;
                Interlocked.Decrement(ref _working);
            }
        }
    }

    private Task HandleAsync(PodCommand command) => command switch
    {
        PodCommand.Sell sell => HandleSellAsync(sell),
        PodCommand.Recover recover => HandleRecoverAsync(recover),
        PodCommand.Inspect inspect => HandleInspectAsync(inspect.Id),
        PodCommand.Stop stop => HandleStopAsync(stop),
        PodCommand.CheckTime => HandleCheckTimeAsync(),
        _ => throw new InvalidOperationException($"No such command: {command}"),
    };

    // What the store is not told by a step of its own: the record of it, which nothing depends on.
    private void Note(PodState from, PodState to, string reason)
    {
        if (from != to)
            _ = NoteAsync(from, to, reason);
    }

    private async Task NoteAsync(PodState from, PodState to, string reason)
    {
        try
        {
            await _services.Store.NotePodChangeAsync(
                Manifest, from, to, reason, _services.Time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotNoted(_services.Log, Manifest, to, e);
        }
    }

    private async Task RemoveAsync(PodId id)
    {
        _services.Accounts.Leave(id);
        Way.Close();
        try
        {
            await _services.Runtime.RemoveAsync(id, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The sweep of the registry tries again until it is gone.
            LogRemovalFailed(_services.Log, Manifest, id, e);
        }
    }

    private void OnAlarm()
    {
        if (!TryEnqueue(new PodCommand.CheckTime()))
            _alarm.Change(Soon, Timeout.InfiniteTimeSpan);
    }

    // Whatever failed, a full disk for example: a pod whose time is over must not run on because of it.
    private void LookAgainSoon()
    {
        if (View is not null)
            _alarm.Change(Soon, Timeout.InfiniteTimeSpan);
    }
}
