using System.Collections.Concurrent;
using System.Net;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Cri.V1;
using Codius.Runtime.Containerd.Grpc;
using ContainerStatus = Codius.Core.Pods.ContainerStatus;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>Reads how pods are from containerd.</summary>
internal sealed class PodStatuses(CriClient cri, PodLabels labels, PodCgroups cgroups)
{
    /// <summary>The exit code of a program that SIGKILL ended.</summary>
    private const int Killed = 137;

    private const string OutOfMemory = "OOMKilled";

    /// <summary>A sandbox keeps its address for life.</summary>
    private readonly ConcurrentDictionary<string, IPAddress> _addresses = new();

    public async Task<IReadOnlyList<PodStatus>> ReadAsync(PodId? id, CancellationToken cancellationToken)
    {
        var selector = id is { } one ? labels.Of(one) : labels.OfAll();
        var sandboxes = (await cri.ListPodSandboxAsync(selector, cancellationToken)).Require("ListPodSandbox").Items;
        if (sandboxes.Count == 0)
            return [];
        var containers = (await cri.ListContainersAsync(selector, cancellationToken))
            .Require("ListContainers").Containers
            .ToLookup(c => c.PodSandboxId);
        return await Task.WhenAll(sandboxes
            .Where(s => !PodLabels.IsWarm(s.Labels) || containers.Contains(s.Id))
            .Select(s => ReadAsync(s, containers[s.Id].ToList(), cancellationToken)));
    }

    /// <summary>The sandboxes of this host that no pod has moved into, with the ids that they have given out.</summary>
    public async Task<IReadOnlyList<PodId>> ReadEmptyAsync(CancellationToken cancellationToken)
    {
        var sandboxes = (await cri.ListPodSandboxAsync(labels.OfAll(), cancellationToken))
            .Require("ListPodSandbox").Items;
        var taken = (await cri.ListContainersAsync(labels.OfAll(), cancellationToken))
            .Require("ListContainers").Containers
            .Select(c => c.PodSandboxId).ToHashSet();
        return [.. sandboxes.Where(s => PodLabels.IsWarm(s.Labels) && !taken.Contains(s.Id))
            .Select(s => PodLabels.IdOf(s.Labels))];
    }

    /// <summary>Where pods, and sandboxes that none has moved into, are found.</summary>
    public async Task<IReadOnlyList<(PodId Id, IPAddress Address)>> ReadAddressesAsync(
        CancellationToken cancellationToken)
    {
        var sandboxes = (await cri.ListPodSandboxAsync(labels.OfAll(), cancellationToken))
            .Require("ListPodSandbox").Items;
        var found = await Task.WhenAll(sandboxes.Select(async s =>
            (Id: PodLabels.IdOf(s.Labels), Address: await AddressOfAsync(s.Id, cancellationToken))));
        return [.. found.Where(pod => pod.Address is not null).Select(pod => (pod.Id, pod.Address!))];
    }

    /// <summary>Null if the sandbox has no network, or is gone.</summary>
    public async Task<IPAddress?> AddressOfAsync(string sandbox, CancellationToken cancellationToken)
    {
        if (_addresses.TryGetValue(sandbox, out var known))
            return known;
        var status = await cri.PodSandboxStatusAsync(sandbox, verbose: false, cancellationToken);
        if (status.Status.Code == GrpcCode.NotFound
            || !IPAddress.TryParse(status.Require("PodSandboxStatus").Status.Network?.Ip, out var address))
            return null;
        _addresses.TryAdd(sandbox, address);
        return address;
    }

    /// <summary>How the containers of a pod are now, of which all else is known.</summary>
    public async Task<PodStatus> ReadAsync(
        PodStatus pod, IEnumerable<string> containers, CancellationToken cancellationToken)
    {
        var statuses = await Task.WhenAll(containers.Select(c => ReadAsync(pod.Id, c, cancellationToken)));
        return pod with { Containers = [.. statuses.OfType<ContainerStatus>()] };
    }

    public void Forget(string sandbox) => _addresses.TryRemove(sandbox, out _);

    // Of a sandbox that was made before its pod, the containers say whose it is and since when.
    private async Task<PodStatus> ReadAsync(
        PodSandbox sandbox, IReadOnlyList<Container> containers, CancellationToken cancellationToken)
    {
        var warm = PodLabels.IsWarm(sandbox.Labels);
        var id = PodLabels.IdOf(sandbox.Labels);
        var statuses = await Task.WhenAll(Latest(containers)
            .OrderBy(c => PodLabels.IndexOf(c.Labels))
            .Select(c => ReadAsync(id, c.Id, cancellationToken)));
        return new PodStatus(
            id,
            PodLabels.ManifestOf(warm ? containers[0].Labels : sandbox.Labels),
            sandbox.State == PodSandboxState.SandboxReady,
            await AddressOfAsync(sandbox.Id, cancellationToken),
            Time(warm ? containers.Min(c => c.CreatedAt) : sandbox.CreatedAt) ?? default,
            [.. statuses.OfType<ContainerStatus>()]);
    }

    /// <summary>Of each container the last attempt; the one before is there until the next has begun.</summary>
    public static IEnumerable<Container> Latest(IEnumerable<Container> containers) => containers
        .GroupBy(c => c.Metadata.Name)
        .Select(attempts => attempts.MaxBy(c => c.Metadata.Attempt)!);

    /// <summary>Null if the container was removed between the list and the question.</summary>
    private async Task<ContainerStatus?> ReadAsync(PodId id, string container, CancellationToken cancellationToken)
    {
        var reply = await cri.ContainerStatusAsync(container, cancellationToken);
        if (reply.Status.Code == GrpcCode.NotFound)
            return null;
        var status = reply.Require("ContainerStatus").Status;
        var exited = status.State == ContainerState.ContainerExited;
        return new ContainerStatus(
            status.Metadata.Name,
            status.State switch
            {
                ContainerState.ContainerCreated => ContainerPhase.Created,
                ContainerState.ContainerRunning => ContainerPhase.Running,
                ContainerState.ContainerExited => ContainerPhase.Exited,
                _ => ContainerPhase.Unknown,
            },
            exited ? status.ExitCode : null,
            exited ? ReasonOf(id, status) : null,
            Time(status.StartedAt),
            Time(status.FinishedAt),
            (int)status.Metadata.Attempt);
    }

    /// <summary>
    /// containerd sees memory kills only of runtimes whose processes are in the container's own cgroup.
    /// </summary>
    private string? ReasonOf(PodId id, Cri.V1.ContainerStatus status) =>
        status.ExitCode == Killed && status.Reason != OutOfMemory && cgroups.MemoryWasExhausted(id)
            ? OutOfMemory
            : status.Reason.Length > 0 ? status.Reason : null;

    private static DateTimeOffset? Time(long nanoseconds) =>
        nanoseconds > 0 ? DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100) : null;
}
