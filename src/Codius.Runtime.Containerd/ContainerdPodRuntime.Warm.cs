using Codius.Core.Pods;
using Codius.Runtime.Containerd.Pods;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    private static readonly TimeSpan ListAgain = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public PodId NewId(ResourceLimits limits) => _warm.TryGive(limits) ?? PodId.New();

    /// <summary>The sandbox that stands ready under the pod's id, if it suits the pod.</summary>
    private async Task<WarmSandbox?> TakeWarmAsync(PodSpec spec)
    {
        var warm = _warm.Take(spec.Id);
        if (warm is null || spec.Limits == WarmSandboxes.Limits)
            return warm;
        await DiscardAsync(warm);
        return null;
    }

    /// <summary>What the pod makes for itself instead of what stood ready has the same paths.</summary>
    private async Task DiscardAsync(WarmSandbox warm)
    {
        warm.Dispose();
        await RemoveSandboxAsync(warm.Id, warm.Sandbox, CancellationToken.None);
        await _disks.RemoveAsync(warm.Id, CancellationToken.None);
    }

    private async Task<bool> TryNameAsync(PodSpec spec, WarmSandbox warm)
    {
        try
        {
            await _hostName.SetAsync(warm, spec.Manifest.Value);
            return true;
        }
        catch (IOException unusable)
        {
            LogNotWarm(spec.Id, unusable.Message);
            return false;
        }
    }

    // What an earlier life kept ready is removed: its limits and its settings may be others than those of today.
    private async Task KeepWarmAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await ListEmptyPatientlyAsync(cancellationToken))
            await TryRemoveAsync(id);
        if (_options.WarmSandboxes > 0 && SandboxHostName.CanBeSet(Handler))
            await _warm.FillAsync(MakeWarmAsync, TryRemoveAsync, cancellationToken);
    }

    private async Task<IReadOnlyList<PodId>> ListEmptyPatientlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _statuses.ReadEmptyAsync(cancellationToken);
            }
            catch (IOException)
            {
                await Task.Delay(ListAgain, _time, cancellationToken);
            }
        }
    }

    private async Task<WarmSandbox?> MakeWarmAsync()
    {
        var id = PodId.New();
        try
        {
            var config = _configs.WarmSandbox(id, _cgroups.PathOf(id));
            var (run, failure) = await MakeSandboxAsync(config, id, WarmSandboxes.Limits);
            if (failure is null
                && run.Value is { PodSandboxId: var sandbox }
                && await _statuses.AddressOfAsync(sandbox, CancellationToken.None) is { } address)
            {
                failure = await LimitNetworkAsync(WarmSandboxes.Limits, address);
                if (failure is null)
                    return new WarmSandbox(id, sandbox, await _hostName.PrepareAsync(Handler, sandbox));
            }

            LogNotWarm(id, failure?.Message ?? run.Status.ToString());
        }
        catch (Exception failed)
        {
            LogNotWarm(id, failed.Message);
        }

        await TryRemoveAsync(id);
        return null;
    }

    // What stays is found by the next life of the host.
    private async Task TryRemoveAsync(PodId id)
    {
        try
        {
            await RemoveAsync(id, CancellationToken.None);
        }
        catch (IOException failed)
        {
            LogNotRemoved(id, failed.Message);
        }
    }
}
