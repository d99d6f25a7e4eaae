using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    private static readonly TimeSpan BringBackTime = TimeSpan.FromMinutes(1);

    private async Task HandleRecoverAsync(PodCommand.Recover recover)
    {
        var record = recover.Record;
        if (TryUnseal(record) is not { } request)
        {
            await _services.Store.EndPodAsync(
                Manifest, "it cannot be read any more", recover.LastAlive, CancellationToken.None);
            recover.Done.TrySetResult();
            return;
        }

        _reservation = _services.Capacity.Take(record.Limits ?? ResourceLimits.Small);
        View = new PodView(
            record,
            request.Manifest,
            record.PausedUntil is null ? PodState.Running : PodState.Paused,
            recover.Status is { SandboxReady: true } ? recover.Status.Address : null,
            Trouble: null,
            []);
        if (View.Address is { } address)
            _services.Accounts.Enter(record.Id, Manifest, record.Owner, address);
        LogPodTakenOver(_services.Log, Manifest, record.Id, record.ExpiresAt);
        if (record.PausedUntil is not null)
            await StayPausedAsync(View);
        else if (recover.Status is { } status && (status.SandboxReady || IsDone(status, request.Manifest)))
            await GoOnAsync(status);
        else if (record.ExpiresAt <= recover.LastAlive)
            await HandleCheckTimeAsync();
        else
            await BringBackAsync(recover.LastAlive);
        recover.Done.TrySetResult();
    }

    private async Task StayPausedAsync(PodView view)
    {
        if (view.Address is null)
            await LoseSandboxAsync(view);
        await HandleCheckTimeAsync();
    }

    private async Task GoOnAsync(PodStatus status)
    {
        Look(status);
        await HandleCheckTimeAsync();
        if (View is { State: not PodState.Paused } view)
            await UncageAsync(view.Record.Id);
    }

    private static bool IsDone(PodStatus status, Manifest manifest) => manifest.Port is null
        && status.Containers.Count > 0
        && status.Containers.All(container => container is { Phase: ContainerPhase.Exited, ExitCode: 0 });

    // What was sealed with another key is lost; its payers get their money back.
    private ManifestRequest? TryUnseal(PodRecord record)
    {
        try
        {
            return _services.Seal.Open(record.ManifestJson, record.SealedPrivate);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or InvalidDataException)
        {
            LogUnreadable(_services.Log, Manifest, record.Id, e);
            return null;
        }
    }

    private async Task HandleInspectAsync(PodId id)
    {
        if (View is not { } view || view.Record.Id != id)
            return;
        var status = await _services.Runtime.GetStatusAsync(id, CancellationToken.None);
        if (status is { SandboxReady: true })
        {
            if (view.State is not PodState.Paused)
                Look(status);
            return;
        }

        var lost = view.State.After(PodTrigger.SandboxLost);
        if (lost == PodState.Away)
            await BringBackAsync(_services.Time.GetUtcNow());
        else if (view.Address is not null)
            await LoseSandboxAsync(view);
    }

    // The sandbox is gone without the pod's doing: the machine was restarted, or a part of the host died. What was
    // paid for is served from now on, later by as long as it was away. Where that is not the pod's own fault it is
    // tried again at each sweep until its time is over; what could not be served is credited.
    private async Task BringBackAsync(DateTimeOffset lastServed)
    {
        var view = View!;
        var downSince = _downSince ??= lastServed;
        Note(view.State, view.State.After(PodTrigger.SandboxLost), "its sandbox is gone without its doing");
        View = view = view with
        {
            State = view.State.After(PodTrigger.SandboxLost),
            Address = null,
            Trouble = "the pod is being started again",
        };
        await RemoveAsync(view.Record.Id);
        var order = OrderOf(view);
        var id = _services.Runtime.NewId(order.Limits);
        Transient = id;
        using var limit = new CancellationTokenSource(BringBackTime, _services.Time);
        var started = await TryBringUpAsync(id, order, limit.Token);
        if (!started.Succeeded(out var status, out var failure))
        {
            await RemoveAsync(id);
            if (failure.Blame is Blame.Pod or Blame.Caller)
                await EndAsync(PodTrigger.CannotStart, "it could not be started again: " + failure.Message, downSince);
            else
                LogTrouble(_services.Log, Manifest, id, "it could not be started again yet: " + failure.Message);
            ScheduleNext();
            return;
        }

        await FollowClockAsync();
        view = View!;
        var now = _services.Time.GetUtcNow();
        var outage = now > _downSince ? (now - _downSince).Value : TimeSpan.Zero;
        await _services.Store.ResumePodAsync(Manifest, id, outage, now, CancellationToken.None);
        _downSince = null;
        _ends.Clear();
        View = See(
            view with
            {
                State = view.State.After(PodTrigger.BroughtBack),
                Record = view.Record with { Id = id, ExpiresAt = view.Record.ExpiresAt + outage },
            },
            status);
        await UncageAsync(id);
        LogPodRestarted(_services.Log, Manifest, id, outage);
        _services.Notes.Add(Manifest, $"this pod was away for {outage.TotalSeconds:0} seconds and was started again");
        ScheduleNext();
    }

    private async Task<Outcome<PodStatus>> TryBringUpAsync(
        PodId id, PodOrder order, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var image in order.Request!.Manifest.Images)
            {
                if (!(await _services.Runtime.PullAsync(image, cancellationToken)).Succeeded(out _, out var failure))
                    return failure;
            }

            return await BringUpAsync(id, order, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotInTime() with { Blame = Blame.Host };
        }
        catch (Exception e)
        {
            return new Failure(FailureKind.RuntimeUnavailable, e.Message, Blame.Host, Retryable: true);
        }
    }
}
