using Codius.Core;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

internal sealed partial class HyperdPodRuntime
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan EndCheck = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KilledWithin = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<PodStatus?> GetStatusAsync(PodId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } found ? await ReadAsync(found, cancellationToken) : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var pods = new List<PodStatus>();
        foreach (var id in await ListIdsAsync(cancellationToken))
        {
            if (await ReadAsync(id, cancellationToken) is { } status)
                pods.Add(status);
        }

        return pods;
    }

    /// <inheritdoc/>
    public async Task StopAsync(PodId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        await ResumeAsync(id, cancellationToken);
        if (await FindAsync(id, cancellationToken) is not { } found)
            return;
        if (await EndAsync(found, Terminate, grace, cancellationToken))
            return;
        if (!await EndAsync(found, Kill, KilledWithin, cancellationToken))
            throw new IOException($"The containers of pod {id} cannot be ended.");
    }

    private async Task<bool> EndAsync(HyperdId id, int signal, TimeSpan within, CancellationToken cancellationToken)
    {
        foreach (var container in await RunningAsync(id, cancellationToken))
            await _hyperd.KillAsync(id, container, signal, cancellationToken);
        var since = time.GetTimestamp();
        while ((await RunningAsync(id, cancellationToken)).Count > 0)
        {
            if (time.GetElapsedTime(since) >= within)
                return false;
            await Task.Delay(EndCheck, time, cancellationToken);
        }

        return true;
    }

    private async Task<IReadOnlyList<string>> RunningAsync(HyperdId id, CancellationToken cancellationToken) =>
        await InfoOfAsync(id, cancellationToken) is { } info ? HyperdStatuses.RunningOf(info) : [];

    private async Task<bool> RunsAsync(HyperdId id, CancellationToken cancellationToken) =>
        HyperdStatuses.IsRunning(await InfoOfAsync(id, cancellationToken));

    private async Task<bool> IsPausedAsync(HyperdId id, CancellationToken cancellationToken) =>
        HyperdStatuses.IsPaused(await InfoOfAsync(id, cancellationToken));

    private async Task<HyperdId?> FindAsync(PodId id, CancellationToken cancellationToken)
    {
        foreach (var found in await ListIdsAsync(cancellationToken))
        {
            if (found.Pod == id)
                return found;
        }

        return null;
    }

    private async Task<List<HyperdId>> ListIdsAsync(CancellationToken cancellationToken)
    {
        if (!(await _hyperd.ListPodsAsync(cancellationToken)).Succeeded(out var list, out var failure))
            throw new IOException(failure.Message);
        var ids = new List<HyperdId>();
        foreach (var line in list.PodData ?? [])
        {
            if (HyperdId.TryParse(line.Split(':')[0], out var id))
                ids.Add(id);
        }

        return ids;
    }

    private async Task<PodStatus?> ReadAsync(HyperdId id, CancellationToken cancellationToken) =>
        await InfoOfAsync(id, cancellationToken) is { } info ? HyperdStatuses.Read(id, info) : null;

    /// <summary>Null if the pod went between the list and the question.</summary>
    private async Task<PodInfo?> InfoOfAsync(HyperdId id, CancellationToken cancellationToken)
    {
        if ((await _hyperd.GetPodAsync(id, cancellationToken)).Succeeded(out var info, out var failure))
            return info;
        return failure.Kind == FailureKind.NotFound ? null : throw new IOException(failure.Message);
    }

    private async Task<PodStatus> RequireStatusAsync(PodId id, CancellationToken cancellationToken) =>
        await GetStatusAsync(id, cancellationToken) ?? throw new IOException($"The pod {id} has disappeared.");

    // What is gone needs nothing done.
    private static void Require(Outcome<Done> outcome)
    {
        if (!outcome.Succeeded(out _, out var failure) && failure.Kind != FailureKind.NotFound)
            throw new IOException(failure.Message);
    }
}
