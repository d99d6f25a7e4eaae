using Codius.Core.Leases;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private async Task HandleStopAsync(PodCommand.Stop stop)
    {
        if (View is not { } view)
        {
            stop.Fail(PodRegistry.UnknownManifest(Manifest));
            return;
        }

        var servedUntil = Earlier(_downSince, _services.Time.GetUtcNow());
        if (stop.Capability == view.Record.Owner)
        {
            var ended = await RecordEndAsync(PodTrigger.Stopped, "stopped by whoever started it", servedUntil);
            stop.Done.TrySetResult(new PodEnding(ended, ExpiresAt: null));
            await TakeDownAsync(view.Record.Id);
            return;
        }

        var withdrawn = await _services.Store.WithdrawAsync(
            Manifest, stop.Capability, "taken back by its payer", servedUntil, CancellationToken.None);
        if (withdrawn is null)
        {
            stop.Fail(PodRights.Forbidden("this capability gives no right to anything of this pod"));
            return;
        }

        View = view with { Record = view.Record with { ExpiresAt = withdrawn.ExpiresAt } };
        stop.Done.TrySetResult(new PodEnding(withdrawn.Settlement, withdrawn.ExpiresAt));
        ScheduleNext();
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) =>
        one is { } time && time < other ? time : other;

    private async Task EndAsync(PodTrigger trigger, string reason, DateTimeOffset servedUntil)
    {
        var id = View!.Record.Id;
        await RecordEndAsync(trigger, reason, servedUntil);
        await TakeDownAsync(id);
    }

    // The store is told first: if the host dies then, its next life removes what no record names.
    private async Task<PodSettlement> RecordEndAsync(PodTrigger trigger, string reason, DateTimeOffset servedUntil)
    {
        var view = View!;
        _ = view.State.After(trigger);
        var settlement = await _services.Store.EndPodAsync(Manifest, reason, servedUntil, CancellationToken.None);
        Transient = view.Record.Id;
        (View, _downSince, _standsStill, _warnedOf) = (null, null, false, null);
        _ends.Clear();
        _services.Notes.Add(Manifest, "this pod has ended: " + reason);
        _services.Notes.Forget(Manifest);
        LogPodEnded(_services.Log, Manifest, view.Record.Id, reason, settlement.Credited);
        _reservation?.Dispose();
        _reservation = null;
        return settlement;
    }

    private async Task TakeDownAsync(PodId id)
    {
        await _services.Runtime.StopAsync(id, _services.Pods.StopGrace, CancellationToken.None);
        await RemoveAsync(id);
    }
}
