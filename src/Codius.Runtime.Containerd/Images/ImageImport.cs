using Codius.Core;
using Codius.Runtime.Containerd.Cri;
using Codius.Runtime.Containerd.Disks;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Images;

/// <summary>Brings images in from OCI archives, without any registry.</summary>
internal sealed class ImageImport(ContainerdOptions options, CriClient cri, TimeProvider time)
{
    private static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan VisibleCheck = TimeSpan.FromMilliseconds(10);

    /// <summary>What ctr says when containerd is not there, or ends meanwhile.</summary>
    private static readonly string[] Away = ["failed to dial", "code = Unavailable", ": unavailable"];

    /// <summary>
    /// Imports all images of an archive: under the names that it gives them, and as <paramref name="baseName"/>@digest.
    /// Done once <paramref name="expected"/> can be used: containerd tells its CRI part of new images in its own time.
    /// </summary>
    public async Task<Outcome<Done>> ImportAsync(
        string archive, string expected, CancellationToken cancellationToken, string? baseName = null)
    {
        string[] naming = baseName is null ? [] : ["--digests", "--base-name", baseName];
        var imported = await HostCommand.RunAsync(
            options.CtrPath,
            ["--address", options.SocketPath, "--namespace", "k8s.io", "images", "import", .. naming, archive],
            input: null,
            cancellationToken);
        if (!imported.Succeeded)
            return WhyNot(expected, imported.Output.Trim());
        var since = time.GetTimestamp();
        while ((await cri.ImageStatusAsync(expected, cancellationToken)).Value?.Image is null)
        {
            if (time.GetElapsedTime(since) > VisibleWithin)
                return PullFailures.NoRuntime(expected);
            await Task.Delay(VisibleCheck, time, cancellationToken);
        }

        return Done.Instance;
    }

    // Whatever is wrong with an image has words of its own; what is wrong with the machine has few.
    private static Failure WhyNot(string image, string output)
    {
        if (DiskFault.In(output) is { } fault)
            return PullFailures.NotTaken(image, fault);
        return output.Length == 0 || Away.Any(output.Contains)
            ? PullFailures.NoRuntime(image)
            : new Failure(FailureKind.ImageRefused, $"The image cannot be imported: {output}", Blame.Caller);
    }
}
