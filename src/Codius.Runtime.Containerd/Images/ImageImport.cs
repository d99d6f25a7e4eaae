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

    /// <summary>
    /// Imports all images of an archive: under the names that it gives them, and as <paramref name="baseName"/>@digest.
    /// Done once <paramref name="expected"/> can be used: containerd tells its CRI part of new images in its own time.
    /// </summary>
    public async Task<Outcome<Done>> ImportAsync(
        string archive, string expected, CancellationToken cancellationToken, string? baseName = null)
    {
        string[] naming = baseName is null ? [] : ["--digests", "--base-name", baseName];
        var started = File.GetLastWriteTimeUtc(options.SocketPath);
        var imported = await HostCommand.RunAsync(
            options.CtrPath,
            ["--address", options.SocketPath, "--namespace", "k8s.io", "images", "import", .. naming, archive],
            input: null,
            cancellationToken);
        if (!imported.Succeeded)
            return await ExplainAsync(expected, imported.Output.Trim(), started, cancellationToken);
        var since = time.GetTimestamp();
        while ((await cri.ImageStatusAsync(expected, cancellationToken)).Value?.Image is null)
        {
            if (time.GetElapsedTime(since) > VisibleWithin)
                return PullFailures.NoRuntime(expected);
            await Task.Delay(VisibleCheck, time, cancellationToken);
        }

        return Done.Instance;
    }

    // ctr has many words for a containerd that was killed meanwhile. One that starts makes its socket anew.
    private async Task<Failure> ExplainAsync(
        string image, string output, DateTime started, CancellationToken cancellationToken)
    {
        if (DiskFault.In(output) is { } fault)
            return PullFailures.NotTaken(image, fault);
        var isThere = (await cri.ImageStatusAsync(image, cancellationToken)).Status.IsOk;
        return isThere && File.GetLastWriteTimeUtc(options.SocketPath) == started
            ? new Failure(FailureKind.ImageRefused, $"The image cannot be imported: {output}", Blame.Caller)
            : PullFailures.NoRuntime(image);
    }
}
