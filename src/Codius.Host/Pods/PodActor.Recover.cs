using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private static readonly TimeSpan RestartTime = TimeSpan.FromMinutes(1);

    private async Task HandleRecoverAsync(PodCommand.Recover recover)
    {
        var record = recover.Record;
        var request = _services.Seal.Open(record.ManifestJson, record.SealedPrivate);
        _reservation = _services.Capacity.Take(Core.Pods.ResourceLimits.Small);
        View = new PodView(record, request.Manifest, recover.Status?.Address, Trouble: null);
        if (recover.Status is { SandboxReady: true } status)
        {
            LogPodTakenOver(_services.Log, Manifest, record.Id, record.ExpiresAt);
            await _services.Runtime.UncageAsync(record.Id, CancellationToken.None);
            Look(status);
            await HandleCheckExpiryAsync();
        }
        else if (record.ExpiresAt <= recover.LastAlive)
        {
            await HandleCheckExpiryAsync();
        }
        else
        {
            await RestartAsync(recover.LastAlive);
        }

        recover.Done.TrySetResult();
    }

    private async Task HandleInspectAsync(PodId id)
    {
        if (View is not { } view || view.Record.Id != id)
            return;
        var status = await _services.Runtime.GetStatusAsync(id, CancellationToken.None);
        if (status is { SandboxReady: true })
            Look(status);
        else
            await RestartAsync(_services.Time.GetUtcNow());
    }

    // A container that ended is the pod's own doing: its time runs on, and whoever asks is told.
    private void Look(PodStatus status)
    {
        var trouble = status.FirstExited is { } ended
            ? $"container {ended.Name} ended with exit code {ended.ExitCode}" + (ended.Reason is { } r ? $" ({r})" : "")
            : null;
        if (trouble is not null && trouble != View!.Trouble)
            LogTrouble(_services.Log, Manifest, status.Id, trouble);
        View = View! with { Trouble = trouble, Address = status.Address };
    }

    // The sandbox is gone without the pod's doing: the machine was restarted, or a part of the host died. What was
    // paid for is served from now on, later by as long as it was away; what cannot be served is credited.
    private async Task RestartAsync(DateTimeOffset lastServed)
    {
        var view = View!;
        View = view with { Address = null, Trouble = "the pod is being started again" };
        await RemoveAsync(view.Record.Id);
        var id = PodId.New();
        _transient = id;
        var request = _services.Seal.Open(view.Record.ManifestJson, view.Record.SealedPrivate);
        var duration = PodDuration.Default;
        using var limit = new CancellationTokenSource(RestartTime, _services.Time);
        var started = await TryBringUpAsync(id, new PodOrder(Manifest, request, duration), limit.Token);
        if (!started.Succeeded(out var status, out var failure))
        {
            await RemoveAsync(id);
            await EndAsync("it could not be started again: " + failure.Message, lastServed);
            return;
        }

        var now = _services.Time.GetUtcNow();
        var outage = now - lastServed;
        await _services.Store.ResumePodAsync(Manifest, id, outage, now, CancellationToken.None);
        View = view with
        {
            Record = view.Record with { Id = id, ExpiresAt = view.Record.ExpiresAt + outage },
            Address = status.Address,
            Trouble = null,
        };
        await UncageAsync(id);
        LogPodRestarted(_services.Log, Manifest, id, outage);
        ScheduleExpiry();
    }

    private async Task<Outcome<PodStatus>> TryBringUpAsync(
        PodId id, PodOrder order, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var image in ImagesOf(order))
            {
                if (!(await _services.Runtime.PullAsync(image, cancellationToken)).Succeeded(out _, out var failure))
                    return failure;
            }

            return await BringUpAsync(id, order, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotInTime();
        }
    }

    private IEnumerable<ImageReference> ImagesOf(PodOrder order) =>
        order.Request!.Manifest.ToContainers(order.Request.Values, _services.Options.PublicUri)
            .Select(container => container.Image).Distinct();
}
