using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Payments;
using Codius.Host.Runtime;

namespace Codius.Host.Pods;

/// <summary>
/// Opens the runtime and takes over what earlier lives of the host left: paid pods go on, everything else is removed.
/// Then it passes on what the runtime notices, and sweeps.
/// </summary>
internal sealed partial class PodsService(
    PodRegistry registry,
    IsolationGate gate,
    IPodRuntime runtime,
    IHostStore store,
    ToldPrices told,
    Capacity capacity,
    TimeProvider time,
    ILogger<PodsService> log) : BackgroundService
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    // Both are opened before the listeners are, since a request must never meet a store that is not open, and beside
    // each other, since pods that run are not served until then. Neither lets go of its thread soon.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            OpenStoreAsync(cancellationToken),
            Task.Run(() => gate.PassAsync(cancellationToken), cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await registry.CloseAsync().WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await OpenRuntimeAsync(stoppingToken);
            await RecoverAsync(await ListPatientlyAsync(stoppingToken), stoppingToken);
            registry.IsOpen = true;
            await Task.WhenAll(
                WatchAsync(stoppingToken),
                RepeatAsync(HeartbeatInterval, BeatAsync, stoppingToken),
                RepeatAsync(SweepInterval, SweepAsync, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // This is how it ends, also when the host gives up before it has started.
        }
    }

    private async Task OpenStoreAsync(CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        if (await store.TakeRestoredFromAsync(cancellationToken) is { } copied)
            LogRestored(log, PodAnswers.Time(copied));
        await told.OpenAsync(cancellationToken);
        var answer = VoidedByRestart();
        var voided = await store.VoidOpenOperationsAsync(answer, time.GetUtcNow(), cancellationToken);
        await store.SettleOpenReturnsAsync(time.GetUtcNow(), cancellationToken);
        var doubted = await store.DoubtOpenAcceptancesAsync(
            "in doubt: the host ended before it was known to be received", time.GetUtcNow(), cancellationToken);
        if (doubted > 0)
            LogInDoubt(log, doubted);
        if (voided > 0)
            LogVoided(log, voided);
    }

    // How much came differs from one to the next; it is in the credit that the payer knows.
    private static RecordedAnswer VoidedByRestart() => Errors.ErrorResponse.Record(
        Core.Failure.Internal("the host was restarted before this was paid in full; what came is a credit"),
        money: null);

    private async Task OpenRuntimeAsync(CancellationToken cancellationToken)
    {
        var pause = FirstRetry;
        while (true)
        {
            var opened = await runtime.OpenAsync(cancellationToken);
            if (opened.Succeeded(out _, out var failure))
                return;
            LogRuntimeNotOpen(log, failure.Message);
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestRetry ? pause * 2 : LongestRetry;
        }
    }

    private async Task<IReadOnlyList<PodStatus>> ListPatientlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await runtime.ListAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRuntimeNotOpen(log, e.Message);
            }

            await Task.Delay(FirstRetry, time, cancellationToken);
        }
    }

    private async Task RecoverAsync(IReadOnlyList<PodStatus> present, CancellationToken cancellationToken)
    {
        var lastAlive = await store.ReadHeartbeatAsync(cancellationToken) ?? time.GetUtcNow();
        var records = await store.LoadPodsAsync(cancellationToken);
        var statuses = present.ToDictionary(status => status.Id);
        foreach (var status in present)
            capacity.CountDiskOfPods((await runtime.GetStatsAsync(status.Id, cancellationToken))?.DiskBytes ?? 0);
        await Task.WhenAll(records.Select(
            record => registry.RecoverAsync(record, statuses.GetValueOrDefault(record.Id), lastAlive)));
        foreach (var unpaid in statuses.Keys.Except(records.Select(record => record.Id)))
            await RemoveUnpaidAsync(unpaid, cancellationToken);
        await TryAsync(BeatAsync, cancellationToken);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await TryAsync(PassOnAsync, cancellationToken);
            await Task.Delay(FirstRetry, time, cancellationToken);
        }
    }

    private async Task PassOnAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in runtime.WatchAsync(cancellationToken))
            registry.Notice(change.Id);
    }

    private Task BeatAsync(CancellationToken cancellationToken) =>
        store.WriteHeartbeatAsync(time.GetUtcNow(), cancellationToken);

    // What nobody owns is of a start that failed and could not be removed, or of an earlier life. The list is read
    // first: whatever is made after it is not in it.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        registry.ForgetIdle();
        var present = await runtime.ListAsync(cancellationToken);
        var owned = registry.OwnedPods();
        foreach (var status in present)
        {
            if (owned.Contains(status.Id))
            {
                if (!status.SandboxReady)
                    registry.Notice(status.Id);
                continue;
            }

            await RemoveUnpaidAsync(status.Id, cancellationToken);
        }

        // A paid pod that the runtime knows nothing of has to be started again.
        foreach (var lost in registry.PaidPods().Except(present.Select(status => status.Id)))
            registry.Notice(lost);
    }

    private Task RemoveUnpaidAsync(PodId id, CancellationToken cancellationToken)
    {
        LogSwept(log, id);
        return TryAsync(token => runtime.RemoveAsync(id, token), cancellationToken);
    }

    private async Task RepeatAsync(
        TimeSpan interval, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await TryAsync(action, cancellationToken);
    }

    // A time-out inside the runtime is a cancellation too: only the host's own ends the chores.
    private async Task TryAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await action(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogChoreFailed(log, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} operations that were not paid in full before the restart are void")]
    private static partial void LogVoided(ILogger log, int count);

    [LoggerMessage(LogLevel.Warning, "Of {Count} packets before the restart it is not known whether they came")]
    private static partial void LogInDoubt(ILogger log, int count);

    [LoggerMessage(
        LogLevel.Warning,
        "The store is a copy of {Copied}: what was paid, spent and ended since is not known, its pods are removed")]
    private static partial void LogRestored(ILogger log, string copied);

    [LoggerMessage(LogLevel.Error, "The container runtime is not ready: {Reason}")]
    private static partial void LogRuntimeNotOpen(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "Removing pod {Id}, which nobody has paid for")]
    private static partial void LogSwept(ILogger log, PodId id);

    [LoggerMessage(LogLevel.Error, "A chore failed and is tried again")]
    private static partial void LogChoreFailed(ILogger log, Exception error);
}
