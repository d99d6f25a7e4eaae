using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Disks;

namespace Codius.Runtime.Containerd.Images;

/// <summary>The images of this machine.</summary>
/// <param name="coming">The images that are being brought in.</param>
internal sealed class ImageStore(
    ContainerdOptions options, CriClient cri, Turns coming, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CollectInterval = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _pulls = new(options.MaxConcurrentPulls);

    private readonly ImageCache _cache = new(options, cri, coming, time);

    private readonly RegistryClient _registry = new(options.AllowPrivateRegistries);

    private readonly ImageLimits _limits = new(
        options.MaxImageBytes, options.MaxUnpackedBytes, options.MaxImageFiles, options.MaxImageLayers);

    /// <summary>Removes what a life before this one was fetching when it ended.</summary>
    public void Open()
    {
        if (Directory.Exists(options.DownloadsDirectory))
            Directory.Delete(options.DownloadsDirectory, recursive: true);
    }

    /// <summary>Makes an image present; a registry is asked only for what is not there.</summary>
    public async Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken)
    {
        // It is noted first, so that what is found stays.
        await _cache.UseAsync(image, cancellationToken);
        if (await FindAsync(image, cancellationToken) is { } present)
            return present;
        using var deadline = new CancellationTokenSource(options.PullTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            // Two that bring in the same image would be in each other's way.
            using var turn = await coming.TakeAsync(image.ToString(), either.Token);
            await _pulls.WaitAsync(either.Token);
            try
            {
                // Somebody else may have brought it in meanwhile.
                return await FindAsync(image, either.Token) is { } brought
                    ? brought
                    : await PullInTurnAsync(image, either.Token);
            }
            finally
            {
                _pulls.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return PullFailures.TooSlow(image, options.PullTimeout);
        }
        catch (IOException failed)
        {
            return DiskFault.In(failed) is { } fault
                ? PullFailures.NotTaken(image.ToString(), fault)
                : PullFailures.NoRuntime(image.ToString());
        }
    }

    /// <summary>Notes that containers are about to be made of an image: it stays.</summary>
    public Task UseAsync(ImageReference image, CancellationToken cancellationToken) =>
        _cache.UseAsync(image, cancellationToken);

    /// <summary>Removes images that take more than they may, until cancelled.</summary>
    public async Task CollectRegularlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _cache.CollectAsync(cancellationToken);
            }
            catch (IOException)
            {
                // containerd is away for a moment; the next time does.
            }

            await Task.Delay(CollectInterval, time, cancellationToken);
        }
    }

    public async Task<Outcome<PulledImage>> ImportAsync(
        string archive, string name, CancellationToken cancellationToken)
    {
        if (await OciArchive.ReadDigestAsync(archive, cancellationToken) is not { } digest
            || !ImageReference.TryParse($"{name}@{digest}", out var image))
            return new Failure(
                FailureKind.ImageRefused, $"{archive} is no OCI archive of an image for {name}.", Blame.Caller);
        if (await FindAsync(image, cancellationToken) is { } present)
            return present;
        var imported = await new ImageImport(options, cri, time).ImportAsync(
            archive, image.ToString(), cancellationToken, $"{image.Registry}/{image.Repository}");
        if (!imported.Succeeded(out _, out var failure))
            return failure;
        return await FindAsync(image, cancellationToken) is { } found ? found : PullFailures.NotFound(image);
    }

    public void Dispose()
    {
        _pulls.Dispose();
        _cache.Dispose();
        _registry.Dispose();
    }

    private async Task<Outcome<PulledImage>> PullInTurnAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (!(await _registry.ResolveAsync(image, cancellationToken)).Succeeded(out var resolved, out var failure))
            return failure;
        if (resolved.Manifest.Size > options.MaxImageBytes)
            return PullFailures.TooLarge(image, resolved.Manifest.Size, options.MaxImageBytes);
        if (resolved.Problem(_limits) is { } problem)
            return PullFailures.Malformed(image, problem);
        var directory = Directory.CreateDirectory(
            Path.Combine(options.DownloadsDirectory, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            return await BringInAsync(resolved, directory, cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<Outcome<PulledImage>> BringInAsync(
        ResolvedImage resolved, string directory, CancellationToken cancellationToken)
    {
        var (image, archive) = (resolved.Image, Path.Combine(directory, "image.tar"));
        var downloaded = await new ImageDownload(_registry, _limits).RunAsync(
            resolved, directory, archive, cancellationToken);
        if (!downloaded.Succeeded(out var unpacked, out var failure))
            return failure;
        if (await _cache.AddAsync(image, resolved.Manifest.Size + unpacked, cancellationToken) is { } noRoom)
            return noRoom;
        var imported = await new ImageImport(options, cri, time).ImportAsync(
            archive, image.ToString(), cancellationToken);
        if (!imported.Succeeded(out _, out failure))
        {
            // Its name may be there, and nothing that could be run. While containerd is away it stays noted as one that
            // may be removed.
            if ((await cri.RemoveImageAsync(image.ToString(), cancellationToken)).Status.IsOk)
                _cache.Forget(image);
            return failure.Blame == Blame.Host
                ? failure
                : PullFailures.Malformed(image, "it cannot be unpacked: " + failure.Message.Split('\n')[^1]);
        }

        // However long that took, it was used just now.
        await _cache.UseAsync(image, cancellationToken);
        return await FindAsync(image, cancellationToken) is { } found
            ? found
            : Failure.Internal($"The image {image} has disappeared.");
    }

    private async Task<PulledImage?> FindAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var found = (await cri.ImageStatusAsync(image.ToString(), cancellationToken)).Require("ImageStatus").Image;
        return found is null ? null : new PulledImage(image, (long)found.Size);
    }
}
