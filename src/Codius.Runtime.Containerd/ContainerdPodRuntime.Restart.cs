using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri.V1;
using Codius.Runtime.Containerd.Grpc;
using Codius.Runtime.Containerd.Pods;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    /// <inheritdoc/>
    /// <remarks>
    /// A container runs once; the next attempt is another one of the same name. The old one goes when the new one has
    /// begun, so that at no moment the pod lacks a container.
    /// </remarks>
    public async Task<Outcome<PodStatus>> RestartAsync(
        PodSpec spec, string container, CancellationToken cancellationToken)
    {
        _made.TryRemove(spec.Id, out _);
        var index = spec.Containers.ToList().FindIndex(c => c.Name == container);
        var listed = await _cri.ListContainersAsync(_labels.Of(spec.Id), cancellationToken);
        var attempts = listed.Require("ListContainers").Containers
            .Where(c => c.Metadata.Name == container).OrderBy(c => c.Metadata.Attempt).ToList();
        if (index < 0 || attempts.Count == 0)
            return Failure.NotFound($"There is no container {container} in a pod {spec.Id}.");
        var last = attempts[^1];
        if (last.State == ContainerState.ContainerRunning)
            return await RequireStatusAsync(spec.Id, cancellationToken);

        var next = last.Id;
        if (last.State != ContainerState.ContainerCreated)
        {
            var created = await CreateAttemptAsync(spec, index, last, cancellationToken);
            if (!created.Succeeded(out var id, out var failure))
                return failure;
            next = id;
        }

        // Also that of an attempt that a life before this one made.
        var root = await ReadRootAsync(next);
        if (_disks.Attach(spec.Id, [(next, root)]) is { } notAttached)
            return notAttached;

        var started = await _cri.StartContainerAsync(next, CancellationToken.None);
        foreach (var old in attempts.Where(c => c.Id != next))
        {
            await _disks.DetachAsync(spec.Id, old.Id, CancellationToken.None);
            await _cri.RemoveContainerAsync(old.Id, CancellationToken.None);
        }

        return started.Status.IsOk
            ? await RequireStatusAsync(spec.Id, cancellationToken)
            : ContainerFailures.OfStart(container, started.Status);
    }

    // Like every creation it is not cancelled half-way.
    private async Task<Outcome<string>> CreateAttemptAsync(
        PodSpec spec, int index, Container last, CancellationToken cancellationToken)
    {
        var image = spec.Containers[index].Image.ToString();
        if ((await _cri.ImageStatusAsync(image, cancellationToken)).Require("ImageStatus").Image is not { } present)
            return new Failure(FailureKind.ImageUnavailable, $"The image {image} is gone.", Blame.Host, true);
        var config = _configs.Container(spec, index, present.Id, last.Metadata.Attempt + 1);
        var created = await _cri.CreateContainerAsync(
            last.PodSandboxId, config, SandboxOf(spec), CancellationToken.None);
        return created.Value is { ContainerId: var id }
            ? id
            : ContainerFailures.OfCreate(spec.Containers[index].Name, created.Status);
    }
}
