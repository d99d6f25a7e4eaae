using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cri;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Knows of the images that were pulled how much they take on the disk and when they were used last, and removes those
/// that were used longest ago when they take too much together. Images that came otherwise are none of its business:
/// there is no registry to have them from again.
/// </summary>
/// <remarks>
/// A file for each image says what it takes, and its time of change when it was used. It is written before the image is
/// there and removed after the image is gone, so that no image of ours is without one, whenever this process is killed.
/// </remarks>
/// <param name="coming">The images that are being brought in: they stay, however long that takes.</param>
internal sealed class ImageCache(
    ContainerdOptions options, CriClient cri, Turns coming, TimeProvider time) : IDisposable
{
    // From a pull to the containers of a pod that is paid for meanwhile it takes two minutes at most.
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(3);

    // An image is not used and removed at the same time.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>What all images take that have a file.</summary>
    public long Bytes => Records().Sum(record => record.Bytes);

    /// <summary>
    /// Notes the use of an image if it is one of those that were pulled. From then on it stays for a while, and for as
    /// long as a container is made of it.
    /// </summary>
    public async Task UseAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (!File.Exists(PathOf(image.ToString())))
            return;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            File.SetLastWriteTimeUtc(PathOf(image.ToString()), time.GetUtcNow().UtcDateTime);
        }
        catch (FileNotFoundException)
        {
            // It was removed meanwhile; whoever needs it will find that out.
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Makes room for an image that is about to be brought in, and notes that it is there. Fails when everything else
    /// is in use.
    /// </summary>
    public async Task<Failure?> AddAsync(ImageReference image, long bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var free = options.MaxCacheBytes - Bytes;
            if (free < bytes)
                free += await RemoveAsync(bytes - free, cancellationToken);
            if (free < bytes)
                return new Failure(
                    FailureKind.NoCapacity,
                    $"The image {image} takes {bytes} bytes, and those of pods that run leave no room for it.",
                    Blame.Host,
                    Retryable: true);
            Directory.CreateDirectory(options.ImagesDirectory);
            await WriteAsync(new Record(image.ToString(), bytes, time.GetUtcNow()), cancellationToken);
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What was to be brought in has not come, and nothing of it is there.</summary>
    public void Forget(ImageReference image) => File.Delete(PathOf(image.ToString()));

    /// <summary>Removes what is too much: after the limit was lowered, for example.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Bytes > options.MaxCacheBytes)
                await RemoveAsync(Bytes - options.MaxCacheBytes, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<long> RemoveAsync(long wanted, CancellationToken cancellationToken)
    {
        var inUse = await InUseAsync(cancellationToken);
        var freed = 0L;
        var records = Records().OrderBy(record => record.UsedAt).ToList();
        var ours = records.Select(record => record.Image).ToHashSet();
        foreach (var record in records)
        {
            if (freed >= wanted)
                break;
            if (coming.IsTaken(record.Image) || time.GetUtcNow() - record.UsedAt < Recently)
                continue;
            var found = (await cri.ImageStatusAsync(record.Image, cancellationToken)).Require("ImageStatus").Image;
            // An image goes with all its names, of which one may have been given by hand.
            if (found is not null && (inUse.Contains(found.Id)
                || found.RepoTags.Concat(found.RepoDigests).Any(name => !ours.Contains(name))))
                continue;
            if (found is not null)
                (await cri.RemoveImageAsync(record.Image, cancellationToken)).Require("RemoveImage");
            File.Delete(PathOf(record.Image));
            freed += record.Bytes;
        }

        return freed;
    }

    // Of all containers that there are, also ended ones, which may be started again, and those of others.
    private async Task<HashSet<string>> InUseAsync(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        var containers = await cri.ListContainersAsync(new Dictionary<string, string>(), cancellationToken);
        foreach (var container in containers.Require("ListContainers").Containers)
        {
            used.Add(container.ImageRef);
            used.Add(container.Image?.Image ?? "");
        }

        return used;
    }

    private async Task WriteAsync(Record record, CancellationToken cancellationToken)
    {
        var next = Path.Combine(options.ImagesDirectory, "next");
        await File.WriteAllTextAsync(
            next, string.Create(CultureInfo.InvariantCulture, $"{record.Bytes} {record.Image}"), cancellationToken);
        File.SetLastWriteTimeUtc(next, record.UsedAt.UtcDateTime);
        File.Move(next, PathOf(record.Image), overwrite: true);
    }

    private IEnumerable<Record> Records()
    {
        if (!Directory.Exists(options.ImagesDirectory))
            yield break;
        foreach (var file in new DirectoryInfo(options.ImagesDirectory).EnumerateFiles("*.image"))
        {
            var text = File.ReadAllText(file.FullName).Split(' ', 2);
            if (text is [var bytes, var image]
                && long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                yield return new Record(image, size, new DateTimeOffset(file.LastWriteTimeUtc));
        }
    }

    private string PathOf(string image) => Path.Combine(
        options.ImagesDirectory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image))) + ".image");

    private sealed record Record(string Image, long Bytes, DateTimeOffset UsedAt);
}
