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
        if (TryUnseal(record) is not { } request)
        {
            await _services.Store.EndPodAsync(
                Manifest, "it cannot be read any more", recover.LastAlive, CancellationToken.None);
            recover.Done.TrySetResult();
            return;
        }

        _reservation = _services.Capacity.Take(Core.Pods.ResourceLimits.Small);
        View = new PodView(record, request.Manifest, recover.Status?.Address, Trouble: null);
        if (recover.Status is { SandboxReady: true } status)
        {
            LogPodTakenOver(_services.Log, Manifest, record.Id, record.ExpiresAt);
            Look(status);
            await HandleCheckExpiryAsync();
            if (View is not null)
                await UncageAsync(record.Id);
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

    // What was sealed with another key is lost; its payers get their money back.
    private Core.Manifests.ManifestRequest? TryUnseal(PodRecord record)
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
    // paid for is served from now on, later by as long as it was away. Where that is not the pod's own fault it is
    // tried again at each sweep until its time is over; what could not be served is credited.
    private async Task RestartAsync(DateTimeOffset lastServed)
    {
        var view = View!;
        var downSince = _downSince ??= lastServed;
        View = view = view with { Address = null, Trouble = "the pod is being started again" };
        await RemoveAsync(view.Record.Id);
        var id = PodId.New();
        Transient = id;
        var request = _services.Seal.Open(view.Record.ManifestJson, view.Record.SealedPrivate);
        using var limit = new CancellationTokenSource(RestartTime, _services.Time);
        var started = await TryBringUpAsync(id, new PodOrder(Manifest, request, PodDuration.Default), limit.Token);
        if (!started.Succeeded(out var status, out var failure))
        {
            await RemoveAsync(id);
            if (failure.Blame is Blame.Pod or Blame.Caller)
                await EndAsync("it could not be started again: " + failure.Message, downSince);
            else
                LogTrouble(_services.Log, Manifest, id, "it could not be started again yet: " + failure.Message);
            return;
        }

        var now = _services.Time.GetUtcNow();
        var outage = now > downSince ? now - downSince : TimeSpan.Zero;
        await _services.Store.ResumePodAsync(Manifest, id, outage, now, CancellationToken.None);
        _downSince = null;
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
