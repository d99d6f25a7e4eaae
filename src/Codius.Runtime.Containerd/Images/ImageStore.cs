using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri;

namespace Codius.Runtime.Containerd.Images;

/// <summary>The images of this machine.</summary>
internal sealed class ImageStore(ContainerdOptions options, CriClient cri, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(options.MaxConcurrentPulls);
    private readonly RegistryClient _registry = new(options.AllowPrivateRegistries);

    /// <summary>Makes an image present; a registry is asked only for what is not there.</summary>
    public async Task<Outcome<PulledImage>> PullAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (await FindAsync(image, cancellationToken) is { } present)
            return present;
        using var deadline = new CancellationTokenSource(options.PullTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await _turns.WaitAsync(either.Token);
            try
            {
                return await PullInTurnAsync(image, either.Token);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return PullFailures.TooSlow(image, options.PullTimeout);
        }
    }

    public async Task<Outcome<PulledImage>> ImportAsync(
        string archive, string name, CancellationToken cancellationToken)
    {
        if (await OciArchive.ReadDigestAsync(archive, cancellationToken) is not { } digest
            || !ImageReference.TryParse($"{name}@{digest}", out var image))
            return new Failure(FailureKind.ImageRefused, $"{archive} is no OCI archive of an image for {name}.", Blame.Caller);
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
        _turns.Dispose();
        _registry.Dispose();
    }

    private async Task<Outcome<PulledImage>> PullInTurnAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (!(await _registry.MeasureAsync(image, cancellationToken)).Succeeded(out var size, out var failure))
            return failure;
        if (size > options.MaxImageBytes)
            return PullFailures.TooLarge(image, size, options.MaxImageBytes);
        if (RegistryClient.IsLoopback(image.Registry))
            await AllowPlainHttpAsync(image.Registry, cancellationToken);
        var pulled = await cri.PullImageAsync(image.ToString(), options.PullTimeout, cancellationToken);
        if (!pulled.Status.IsOk)
            return PullFailures.Of(image, pulled.Status);
        return await FindAsync(image, cancellationToken) is { } found
            ? found
            : Failure.Internal($"The image {image} has disappeared.");
    }

    /// <summary>Registries on this machine need no TLS; whether they may be used at all was decided before.</summary>
    private async Task AllowPlainHttpAsync(string registry, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(options.CertsDirectory, registry)).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(directory, "hosts.toml"), $"server = \"http://{registry}\"\n", cancellationToken);
    }

    private async Task<PulledImage?> FindAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var found = (await cri.ImageStatusAsync(image.ToString(), cancellationToken)).Require("ImageStatus").Image;
        return found is null ? null : new PulledImage(image, (long)found.Size);
    }
}
