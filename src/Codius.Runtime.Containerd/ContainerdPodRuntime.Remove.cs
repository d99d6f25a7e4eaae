using System.Collections.Concurrent;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri.V1;
using Codius.Runtime.Containerd.Grpc;
using Codius.Runtime.Containerd.Pods;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    private static readonly TimeSpan StartOverWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartCheck = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CgroupGoneWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CgroupCheck = TimeSpan.FromMilliseconds(10);

    // containerd answers within its time limits only if not all of a full machine's pods end at once.
    private const int RemovedAtOnce = 8;

    /// <inheritdoc/>
    public async Task StopAsync(PodId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        await ResumeAsync(id, cancellationToken);
        var containers = (await _cri.ListContainersAsync(_labels.Of(id), cancellationToken))
            .Require("ListContainers").Containers;
        var stopped = await Task.WhenAll(containers
            .Where(c => c.State is ContainerState.ContainerRunning or ContainerState.ContainerUnknown)
            .Select(c => _cri.StopContainerAsync(c.Id, grace, cancellationToken)));
        foreach (var reply in stopped.Where(r => r.Status.Code is not (GrpcCode.Ok or GrpcCode.NotFound)))
            reply.Require("StopContainer");
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        _warm.Take(id)?.Dispose();
        _made.TryRemove(id, out _);
        await ResumeAsync(id, cancellationToken);
        var sandboxes = (await _cri.ListPodSandboxAsync(_labels.Of(id), cancellationToken))
            .Require("ListPodSandbox").Items;
        foreach (var sandbox in sandboxes)
            await RemoveSandboxAsync(id, sandbox.Id, cancellationToken);
        await RemoveCgroupAsync(id, cancellationToken);
        await _disks.RemoveAsync(id, cancellationToken);
        _files.Delete(id);
    }

    /// <summary>Removes all pods, ends the private containerd and takes the firewall away; images stay.</summary>
    /// <exception cref="IOException">Some pods are still there, and so are containerd and the firewall.</exception>
    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await EndBackgroundAsync();
        // Without a containerd there is nobody to ask, and nothing of it was made by this life of the host.
        if (_containerd is null || _containerd.LivingProcess() is not null)
            await RemoveAllAsync(cancellationToken);
        if (_containerd is not null)
            await _containerd.StopAsync(cancellationToken);
        await Network.CloseAsync(cancellationToken);
        _cgroups.RemoveParent();
    }

    // One that cannot be removed keeps none of the others from it.
    private async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        var pods = (await ListAsync(cancellationToken)).Select(pod => pod.Id);
        var empty = await _statuses.ReadEmptyAsync(cancellationToken);
        var reasons = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            pods.Concat(empty),
            new ParallelOptions { MaxDegreeOfParallelism = RemovedAtOnce, CancellationToken = cancellationToken },
            async (id, stop) =>
            {
                try
                {
                    await RemoveAsync(id, stop);
                }
                catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
                {
                    LogNotRemoved(id, failed.Message);
                    reasons.Enqueue(failed.Message);
                }
            });
        if (reasons.TryPeek(out var first))
            throw new IOException($"{reasons.Count} pods are still there. The first reason: {first}");
    }

    /// <summary>Stopping can hang on a broken sandbox; killing its processes then lets it go on.</summary>
    private async Task RemoveSandboxAsync(PodId id, string sandbox, CancellationToken cancellationToken)
    {
        var stopped = await _cri.StopPodSandboxAsync(sandbox, cancellationToken);
        if (!stopped.Status.IsOk)
        {
            LogStopFailed(id, stopped.Status.ToString());
            KillProcesses(id);
            await _cri.StopPodSandboxAsync(sandbox, cancellationToken);
        }

        _disks.Detach(id);
        await RemoveStoppedAsync(sandbox, cancellationToken);
        _statuses.Forget(sandbox);
    }

    /// <summary>
    /// containerd removes no container that it still starts, as it may for a life of the host that was killed.
    /// </summary>
    private async Task RemoveStoppedAsync(string sandbox, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        var removed = await _cri.RemovePodSandboxAsync(sandbox, cancellationToken);
        while (removed.Status.Message.Contains("in starting state") && _time.GetElapsedTime(since) < StartOverWithin)
        {
            await Task.Delay(StartCheck, _time, cancellationToken);
            removed = await _cri.RemovePodSandboxAsync(sandbox, cancellationToken);
        }

        if (removed.Status.Code != GrpcCode.NotFound)
            removed.Require("RemovePodSandbox");
    }

    /// <summary>The kernel keeps a cgroup for a moment after its last process has ended.</summary>
    private async Task RemoveCgroupAsync(PodId id, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        while (!_cgroups.TryRemove(id))
        {
            KillProcesses(id);
            if (_time.GetElapsedTime(since) > CgroupGoneWithin)
                throw new IOException($"The cgroup of pod {id} cannot be removed.");
            await Task.Delay(CgroupCheck, _time, cancellationToken);
        }
    }

    private void KillProcesses(PodId id)
    {
        foreach (var process in _cgroups.Processes(id))
            Processes.HostProcess.Kill(process);
    }

    /// <summary>What a crash left of pods that containerd does not have (any more).</summary>
    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var known = (await _cri.ListPodSandboxAsync(_labels.OfAll(), cancellationToken)).Require("ListPodSandbox").Items
            .Select(s => PodLabels.IdOf(s.Labels)).ToHashSet();
        foreach (var id in _cgroups.List().Concat(_files.List()).Where(i => !known.Contains(i)).Distinct())
        {
            LogLeftover(id);
            await ResumeAsync(id, cancellationToken);
            await RemoveCgroupAsync(id, cancellationToken);
            await _disks.RemoveAsync(id, cancellationToken);
            _files.Delete(id);
        }
    }
}
