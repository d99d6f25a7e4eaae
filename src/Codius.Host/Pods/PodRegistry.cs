using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Ingress;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>
/// All pods of this host: finds the owner of each, and answers from memory what others ask about them.
/// </summary>
internal sealed class PodRegistry(PodServices services) : IPodDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ManifestHash, PodActor> _actors = [];

    /// <summary>Whether the pods of earlier lives were taken over, so that new ones can be sold.</summary>
    public bool IsOpen { get; set; }

    public int RunningPods => Actors().Count(actor => actor.View is not null);

    public PodView? Find(ManifestHash manifest) => FindActor(manifest)?.View;

    public bool TryFind(ManifestHash hash, out PodRoute route)
    {
        var actor = FindActor(hash);
        // Before the view, so that no end of what is seen there is missed.
        var closed = actor?.Way.Enter() ?? default;
        if (actor?.View is not { } view)
        {
            route = default;
            return false;
        }

        route = new PodRoute(
            view.State.HasIngress() ? view.Address : null, view.Manifest.Port, view.Record.PausedUntil)
        {
            Closed = closed,
        };
        return true;
    }

    public async Task<Outcome<PodSale>> SellAsync(
        PodOrder order, Payment payment, Capacity.Reservation? reservation, CancellationToken cancellationToken)
    {
        var actor = Enter(order.Manifest);
        try
        {
            return await actor.SellAsync(order, payment, reservation, cancellationToken);
        }
        finally
        {
            Leave(actor);
        }
    }

    /// <summary>Ends what the holder of a capability may end. Unknown is a pod that is not there (any more).</summary>
    public async Task<Outcome<PodEnding>> StopAsync(ManifestHash manifest, CapabilityId capability)
    {
        var actor = Enter(manifest);
        try
        {
            return await actor.StopAsync(capability);
        }
        finally
        {
            Leave(actor);
        }
    }

    public async Task RecoverAsync(PodRecord record, PodStatus? status, DateTimeOffset lastAlive)
    {
        var actor = Enter(record.Manifest);
        await actor.RecoverAsync(record, status, lastAlive);
        Leave(actor);
    }

    /// <summary>Passes on what the runtime noticed to the owner of the pod, if it has one.</summary>
    public void Notice(PodId id) => Actors().FirstOrDefault(actor => actor.View?.Record.Id == id)?.Notice(id);

    /// <summary>
    /// The ids of all pods that somebody owns: paid ones, and those that are being started or removed.
    /// </summary>
    public IReadOnlySet<PodId> OwnedPods() => Actors().SelectMany(actor => actor.OwnedPods).ToHashSet();

    /// <summary>The ids of all paid pods.</summary>
    public IEnumerable<PodId> PaidPods() => Actors().Select(actor => actor.View?.Record.Id).OfType<PodId>();

    /// <summary>Lets go of owners that have no pod and nothing to do.</summary>
    public void ForgetIdle()
    {
        lock (_lock)
        {
            foreach (var actor in _actors.Values.Where(actor => actor is { Users: 0, IsIdle: true }).ToList())
                Forget(actor);
        }
    }

    /// <summary>Lets every owner finish what it has begun; what runs keeps running.</summary>
    public async Task CloseAsync()
    {
        IsOpen = false;
        var actors = Actors();
        foreach (var actor in actors)
            actor.Close();
        await Task.WhenAll(actors.Select(actor => actor.Completion));
        foreach (var actor in actors)
            actor.Dispose();
    }

    public static Failure UnknownManifest(ManifestHash manifest) =>
        Failure.NotFound($"No manifest with hash of \"{manifest}\"");

    public static Failure NotRunning(PodView view) => new(
        FailureKind.Conflict,
        "this pod does not run, so its time cannot be extended: "
        + (view.Trouble ?? "all its containers have done their work"),
        Blame.Pod);

    public static Failure NotOpen() => new(
        FailureKind.RuntimeUnavailable, "this host is still starting; try again in a moment", Blame.Host, true);

    private PodActor? FindActor(ManifestHash manifest)
    {
        lock (_lock)
            return _actors.GetValueOrDefault(manifest);
    }

    private List<PodActor> Actors()
    {
        lock (_lock)
            return [.. _actors.Values];
    }

    // A manifest has one owner at a time: it is not let go of while somebody is about to ask it for something.
    private PodActor Enter(ManifestHash manifest)
    {
        lock (_lock)
        {
            if (!_actors.TryGetValue(manifest, out var actor))
                _actors.Add(manifest, actor = new PodActor(manifest, services));
            actor.Users++;
            return actor;
        }
    }

    private void Leave(PodActor actor)
    {
        lock (_lock)
        {
            if (--actor.Users == 0 && actor.IsIdle)
                Forget(actor);
        }
    }

    private void Forget(PodActor actor)
    {
        _actors.Remove(actor.Manifest);
        actor.Close();
        actor.Dispose();
    }
}
