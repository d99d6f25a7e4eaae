using System.Net;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri.V1;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Disks;
using Codius.Runtime.Containerd.Grpc;
using Codius.Runtime.Containerd.Images;
using Codius.Runtime.Containerd.Pods;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    private RuntimeHandler Handler => _handler ?? throw new InvalidOperationException("The runtime is not open.");

    /// <inheritdoc/>
    public async Task<Outcome<PodStatus>> CreateAsync(PodSpec spec, CancellationToken cancellationToken)
    {
        using var start = _warm.Start();
        // A payer waits: containerd is asked only about a pod that can be there, since its files are.
        if (_files.Exist(spec.Id)
            && !_warm.IsGiven(spec.Id)
            && await GetStatusAsync(spec.Id, cancellationToken) is { } existing)
            return existing;
        var complete = false;
        try
        {
            var created = await TryCreateAsync(spec, cancellationToken);
            complete = created.Succeeded(out _, out _);
            return created;
        }
        catch (IOException full) when (DiskFault.In(full) is { } fault)
        {
            return Failure.NoCapacity($"This host's disk cannot take the pod: {fault}.");
        }
        finally
        {
            if (!complete)
                await RemoveAsync(spec.Id, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async Task<Outcome<PodStatus>> StartAsync(PodId id, CancellationToken cancellationToken)
    {
        using var start = _warm.Start();
        if (_made.TryRemove(id, out var made))
            return await StartAsync(made, cancellationToken);
        var containers = (await _cri.ListContainersAsync(_labels.Of(id), cancellationToken))
            .Require("ListContainers").Containers;
        if (containers.Count == 0)
            return Failure.NotFound($"There is no pod {id}.");
        var created = containers.Where(c => c.State == ContainerState.ContainerCreated)
            .OrderBy(c => PodLabels.IndexOf(c.Labels)).Select(c => (c.Metadata.Name, c.Id));
        return await StartAsync(created) is { } failure ? failure : await RequireStatusAsync(id, cancellationToken);
    }

    // A payer waits: what this life of the host has made itself, containerd is not asked about once more.
    private async Task<Outcome<PodStatus>> StartAsync(MadePod made, CancellationToken cancellationToken)
    {
        var names = made.Status.Containers.Select(container => container.Name);
        return await StartAsync(names.Zip(made.Containers)) is { } failure
            ? failure
            : await _statuses.ReadAsync(made.Status, made.Containers, cancellationToken);
    }

    // Like a creation a start that has begun is not cancelled half-way: containerd would go on with it beside the
    // removal.
    private async Task<Failure?> StartAsync(IEnumerable<(string Name, string Id)> containers)
    {
        var started = await Task.WhenAll(containers.Select(
            async c => (c.Name, Reply: await _cri.StartContainerAsync(c.Id, CancellationToken.None))));
        foreach (var (name, reply) in started)
        {
            if (!reply.Status.IsOk)
                return ContainerFailures.OfStart(name, reply.Status);
        }

        return null;
    }

    private async Task<Outcome<PodStatus>> TryCreateAsync(PodSpec spec, CancellationToken cancellationToken)
    {
        // A payer waits: what needs nothing of another step is done beside it.
        using var warm = await TakeWarmAsync(spec);
        _files.Create(spec, _options.DnsServersOrDefault);
        var finding = FindImagesAsync(spec, cancellationToken);
        return warm is null
            ? await MakeAndFillAsync(spec, finding, cancellationToken)
            : await FillWarmAsync(spec, finding, warm, cancellationToken);
    }

    private async Task<Outcome<PodStatus>> FillWarmAsync(
        PodSpec spec, Task<Outcome<string[]>> finding, WarmSandbox warm, CancellationToken cancellationToken)
    {
        var filling = FillAsync(spec, finding, warm.Sandbox, isLimited: true, cancellationToken);
        var naming = TryNameAsync(spec, warm);
        // The sandbox is not removed under the one that names it, nor under the one that fills it.
        await Task.WhenAll(naming, filling);
        // Without its images the pod would not start in another sandbox either.
        if (await naming || (await finding).Failure is not null)
            return await filling;
        await DiscardAsync(warm);
        return await MakeAndFillAsync(spec, finding, cancellationToken);
    }

    private async Task<Outcome<PodStatus>> MakeAndFillAsync(
        PodSpec spec, Task<Outcome<string[]>> finding, CancellationToken cancellationToken)
    {
        var making = MakeSandboxAsync(SandboxOf(spec), spec.Id, spec.Limits);
        await Task.WhenAll(finding, making);
        // What the caller asked for comes before what this host lacks.
        if ((await finding).Failure is { } missing)
            return missing;
        var (run, noDisk) = await making;
        if (noDisk is not null)
            return noDisk;
        if (run.Value is not { PodSandboxId: var sandbox })
            return Unavailable($"The pod's sandbox could not be made: {run.Status.Message}");
        cancellationToken.ThrowIfCancellationRequested();
        return await FillAsync(spec, finding, sandbox, isLimited: false, cancellationToken);
    }

    /// <summary>containerd's own names of the containers' images.</summary>
    private async Task<Outcome<string[]>> FindImagesAsync(PodSpec spec, CancellationToken cancellationToken)
    {
        var images = new string[spec.Containers.Count];
        for (var i = 0; i < images.Length; i++)
        {
            var image = spec.Containers[i].Image.ToString();
            await _images.UseAsync(spec.Containers[i].Image, cancellationToken);
            if ((await _cri.ImageStatusAsync(image, cancellationToken)).Require("ImageStatus").Image is not { } present)
                return new Failure(FailureKind.ImageNotFound, $"The image {image} was not pulled.", Blame.Caller);
            images[i] = present.Id;
        }

        return images;
    }

    /// <summary>A sandbox and, beside it since only the containers need it, the pod's disk.</summary>
    private async Task<(GrpcReply<RunPodSandboxResponse> Run, Failure? NoDisk)> MakeSandboxAsync(
        PodSandboxConfig config, PodId id, ResourceLimits limits)
    {
        _cgroups.Create(id, LimitsFor(limits));
        // A call that is given up goes on in containerd and would make cgroups after their removal: none is given up,
        // and neither is left behind when the other breaks. The sandbox takes longer, so it is asked for first.
        var running = _cri.RunPodSandboxAsync(config, Handler.Name, CancellationToken.None);
        var making = _disks.CreateAsync(id, limits, CancellationToken.None);
        await Task.WhenAll(making, running);
        return (await running, await making);
    }

    /// <summary>Makes the containers and, beside it since only what runs needs it, sees to the network.</summary>
    private async Task<Outcome<PodStatus>> FillAsync(
        PodSpec spec,
        Task<Outcome<string[]>> finding,
        string sandbox,
        bool isLimited,
        CancellationToken cancellationToken)
    {
        if (!(await finding).Succeeded(out var images, out var failure))
            return failure;
        _logs.Open(spec);
        var making = MakeContainersAsync(spec, images, sandbox, cancellationToken);
        var placing = PlaceAsync(spec, sandbox, isLimited, cancellationToken);
        await Task.WhenAll(making, placing);
        var (address, notLimited) = await placing;
        if (notLimited is not null)
            return notLimited;
        if (!(await making).Succeeded(out var containers, out failure))
            return failure;
        var status = Created(spec, address);
        _made[spec.Id] = new MadePod(status, containers);
        return status;
    }

    private async Task<(IPAddress? Address, Failure? NotLimited)> PlaceAsync(
        PodSpec spec, string sandbox, bool isLimited, CancellationToken cancellationToken)
    {
        var address = await _statuses.AddressOfAsync(sandbox, cancellationToken);
        _files.WriteHosts(spec, address);
        return (address, isLimited ? null : await LimitNetworkAsync(spec.Limits, address));
    }

    private async Task<Outcome<string[]>> MakeContainersAsync(
        PodSpec spec, string[] images, string sandbox, CancellationToken cancellationToken)
    {
        var config = SandboxOf(spec);
        var created = await Task.WhenAll(images.Select((image, index) =>
            _cri.CreateContainerAsync(
                sandbox, _configs.Container(spec, index, image), config, CancellationToken.None)));
        cancellationToken.ThrowIfCancellationRequested();
        var failed = Array.FindIndex(created, c => !c.Status.IsOk);
        if (failed >= 0)
            return ContainerFailures.OfCreate(spec.Containers[failed].Name, created[failed].Status);
        string[] containers = [.. created.Select(reply => reply.Value!.ContainerId)];
        var roots = await Task.WhenAll(containers.Select(ReadRootAsync));
        var linked = Array.FindIndex(roots, root => root.FindLink() is not null);
        if (linked >= 0)
            return ContainerFailures.OfLink(spec.Containers[linked].Name, roots[linked].FindLink()!);
        return _disks.Attach(spec.Id, containers.Zip(roots)) is { } notAttached ? notAttached : containers;
    }

    private async Task<RootLayers> ReadRootAsync(string container) =>
        RootLayers.Of((await _cri.SnapshotMountsAsync(container, CancellationToken.None)).Require("Mounts").Mounts);

    private PodSandboxConfig SandboxOf(PodSpec spec) => _configs.Sandbox(spec, _cgroups.PathOf(spec.Id));

    private PodStatus Created(PodSpec spec, IPAddress? address) => new(
        spec.Id,
        spec.Manifest,
        SandboxReady: true,
        address,
        _time.GetUtcNow(),
        [.. spec.Containers.Select(c => new Core.Pods.ContainerStatus(
            c.Name, ContainerPhase.Created, ExitCode: null, Reason: null, StartedAt: null, FinishedAt: null))]);

    /// <summary>
    /// gVisor's own kernel, or Kata's virtual machine, lives in the pod's cgroup with its threads and needs room beside
    /// the program: 160 MiB is what Kata's own release reserves.
    /// </summary>
    private ResourceLimits LimitsFor(ResourceLimits limits)
    {
        const long MiB = 1024 * 1024;
        const int Threads = 1000;
        var memory = Handler.Isolation switch
        {
            RuntimeHandler.Gvisor => 32 * MiB,
            RuntimeHandler.Kata => 160 * MiB,
            _ => 0,
        };
        return memory == 0
            ? limits
            : limits with { MemoryBytes = limits.MemoryBytes + memory, Pids = limits.Pids + Threads };
    }

    /// <summary>A pod that was made and not started yet, with the ids of its containers.</summary>
    private sealed record MadePod(PodStatus Status, IReadOnlyList<string> Containers);

    private async Task<PodStatus> RequireStatusAsync(PodId id, CancellationToken cancellationToken) =>
        await GetStatusAsync(id, cancellationToken) ?? throw new IOException($"The pod {id} has disappeared.");
}
