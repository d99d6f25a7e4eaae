using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private const string Over = "the time that was paid for is over";
    private bool _standsStill;

    // A pod that runs is kept for a while when its time is over, but not for longer than was paid for last: memory that
    // is kept for nothing must cost something.
    private async Task TimeIsOverAsync(PodView view, DateTimeOffset now)
    {
        var servedUntil = Earlier(_downSince, view.Record.ExpiresAt);
        var grace = await GraceAsync();
        var trigger = grace > TimeSpan.Zero ? PodTrigger.TimeOver : PodTrigger.GraceOver;
        if (view.State.After(trigger) != PodState.Paused)
        {
            await EndAsync(trigger, Over, servedUntil);
            return;
        }

        var until = now + grace;
        await _services.Store.PausePodAsync(Manifest, until, Over, servedUntil, CancellationToken.None);
        View = view = view with
        {
            State = view.State.After(trigger),
            Record = view.Record with { PausedUntil = until },
        };
        LogPodPaused(_services.Log, Manifest, view.Record.Id, until);
        _services.Notes.Add(Manifest, $"the time of this pod is over; it is kept until {PodAnswers.Time(until)}");
        await StandStillAsync(view);
    }

    private async Task<TimeSpan> GraceAsync()
    {
        var leases = await _services.Store.LoadLeasesAsync(Manifest, CancellationToken.None);
        var bought = TimeSpan.FromSeconds(leases.Sum(lease => lease.BoughtSeconds));
        return bought < _services.Pods.PauseFor ? bought : _services.Pods.PauseFor;
    }

    private async Task StandStillAsync(PodView view)
    {
        if (_standsStill || view.Address is null)
            return;
        await _services.Runtime.PauseAsync(view.Record.Id, CancellationToken.None);
        _standsStill = true;
        Way.Close();
    }

    // The store has it that the pod is paused until the payment is committed: if the host dies before, the next life
    // pauses it again, and so is done here when nothing comes of it.
    private async Task<Outcome<PodSale>> TryWakeAsync(PodView view, PodCommand.Sell sell)
    {
        try
        {
            var woken = await WakeAsync(view, sell);
            if (!woken.Succeeded(out var status, out var failure))
                return failure;
            return await TryExtendAsync(See(View!, status), sell);
        }
        catch (OperationCanceledException) when (sell.Cancellation.IsCancellationRequested)
        {
            return NotInTime();
        }
        finally
        {
            if (View is { State: PodState.Paused } still)
                await StandStillAsync(still);
        }
    }

    private async Task<Outcome<PodStatus>> WakeAsync(PodView view, PodCommand.Sell sell)
    {
        if (view.Address is not null)
        {
            await _services.Runtime.ResumeAsync(view.Record.Id, CancellationToken.None);
            _standsStill = false;
            var status = await _services.Runtime.GetStatusAsync(view.Record.Id, sell.Cancellation);
            if (status is { SandboxReady: true, FirstExited: null })
                return await WaitUntilReadyAsync(status, view.Manifest.Port, sell.Cancellation);
        }

        return await StartAnewAsync(view, sell.Cancellation);
    }

    // The new attempt is in the store before money depends on it, as paused as the one before.
    private async Task<Outcome<PodStatus>> StartAnewAsync(PodView view, CancellationToken cancellationToken)
    {
        await LoseSandboxAsync(view);
        var order = OrderOf(view);
        var id = _services.Runtime.NewId(order.Limits);
        Transient = id;
        var started = await TryBringUpAsync(id, order, cancellationToken);
        if (!started.Succeeded(out var status, out var failure))
        {
            await RemoveAsync(id);
            return failure;
        }

        await _services.Store.ResumePodAsync(
            Manifest, id, TimeSpan.Zero, _services.Time.GetUtcNow(), CancellationToken.None);
        _ends.Clear();
        View = See(view with { Record = view.Record with { Id = id } }, status);
        return status;
    }

    // A pod that stands still needs no sandbox: one that is lost is made anew when somebody pays.
    private async Task LoseSandboxAsync(PodView view)
    {
        _standsStill = false;
        View = view with { State = view.State.After(PodTrigger.SandboxLost), Address = null };
        await RemoveAsync(view.Record.Id);
    }

    private PodOrder OrderOf(PodView view) => new(
        Manifest, _services.Seal.Open(view.Record.ManifestJson, view.Record.SealedPrivate), PodDuration.Default,
        view.Record.Limits)
    {
        Owner = view.Record.Owner,
    };
}
