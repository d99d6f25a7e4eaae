using System.Formats.Tar;
using System.Text.Json;
using Codius.Core;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Fetches an image into a directory, looks at all of it before anything is unpacked, and packs it as an OCI image
/// layout. Nobody else talks to the registry: whatever it sends is counted as it comes.
/// </summary>
internal sealed class ImageDownload(RegistryClient registry, ImageLimits limits)
{
    private const int AtOnce = 4;

    /// <summary>Makes the archive, and says how many bytes the image takes when it is unpacked.</summary>
    public async Task<Outcome<long>> RunAsync(
        ResolvedImage image, string directory, string archive, CancellationToken cancellationToken)
    {
        var failures = new List<Failure>();
        await Parallel.ForEachAsync(
            image.Blobs,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (blob, stop) =>
            {
                if (failures.Count == 0
                    && await registry.DownloadAsync(image, blob, PathOf(directory, blob.Digest), stop) is { } failed)
                {
                    lock (failures)
                        failures.Add(failed);
                }
            });
        if (failures.Count > 0)
            return failures[0];
        var meter = new LayerMeter(limits);
        foreach (var layer in image.Manifest.Layers)
        {
            await using var file = File.OpenRead(PathOf(directory, layer.Digest));
            if (await meter.MeasureAsync(file, cancellationToken) is { } problem)
                return PullFailures.Malformed(image.Image, problem);
        }

        await PackAsync(image, directory, archive, cancellationToken);
        return meter.UnpackedBytes;
    }

    private static string PathOf(string directory, string digest) => Path.Combine(directory, digest[7..]);

    /// <summary>https://github.com/opencontainers/image-spec/blob/main/image-layout.md.</summary>
    private static async Task PackAsync(
        ResolvedImage image, string directory, string archive, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(archive, FileMode.Create, FileAccess.Write, FileShare.None);
        await using var tar = new TarWriter(file, TarEntryFormat.Gnu);
        var top = image.Manifests[0];
        var index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = new[]
            {
                new
                {
                    mediaType = top.MediaType,
                    digest = top.Digest,
                    size = top.Content.Length,
                    annotations =
                        new Dictionary<string, string> { ["io.containerd.image.name"] = image.Image.ToString() },
                },
            },
        });
        await AddAsync(
            tar, "oci-layout", new MemoryStream("""{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()), cancellationToken);
        await AddAsync(tar, "index.json", new MemoryStream(index), cancellationToken);
        foreach (var manifest in image.Manifests.DistinctBy(each => each.Digest))
            await AddAsync(
                tar, "blobs/sha256/" + manifest.Digest[7..], new MemoryStream(manifest.Content), cancellationToken);
        foreach (var blob in image.Blobs)
        {
            await using var content = File.OpenRead(PathOf(directory, blob.Digest));
            await AddAsync(tar, "blobs/sha256/" + blob.Digest[7..], content, cancellationToken);
        }
    }

    private static async Task AddAsync(TarWriter tar, string path, Stream content, CancellationToken cancellationToken)
    {
        var entry = new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = content };
        await tar.WriteEntryAsync(entry, cancellationToken);
    }
}
