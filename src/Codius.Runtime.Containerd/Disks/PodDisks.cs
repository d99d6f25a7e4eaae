using System.Collections.Concurrent;
using System.Globalization;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Pods;
using Codius.Runtime.Containerd.Processes;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// A file system of its own for each pod, as large as was sold: a file with ext4 in it, which grows as it is written
/// to. What its containers write to their roots and what is kept of their output goes there, whatever runs them, so
/// that the kernel holds them to it, to the byte and to the file.
/// </summary>
/// <remarks>
/// containerd keeps what a container writes in a directory of its own choice: the parent of the layer that it writes to
/// and of overlayfs' own. A directory of the pod's disk is mounted over that one before the container is started, and
/// taken away before containerd removes it.
/// </remarks>
internal sealed partial class PodDisks(PodFiles files, ILogger<PodDisks> logger)
{
    // What ext4 takes of its own: a record for each file, and some for each group of blocks.
    private const long BytesPerInode = 256;
    private const long Overhead = 1024 * 1024;
    private const int OverheadPart = 128;

    private const string Unmount = """
        while mountpoint -q "$1"; do umount "$1" || umount -l "$1" || exit 1; done
        """;

    // One for each class of machine that is sold.
    private readonly ConcurrentDictionary<(long KiB, long Inodes), EmptyDisk> _emptyDisks = new();

    /// <summary>Makes the disk of a pod and mounts it.</summary>
    public async Task<Failure?> CreateAsync(PodId id, ResourceLimits limits, CancellationToken cancellationToken)
    {
        var disk = Directory.CreateDirectory(files.Disk(id)).FullName;
        var bytes = limits.DiskBytes + limits.LogBytes;
        var made = await MountImageAsync(files.DiskImage(id), bytes, limits.Inodes, disk);
        if (!made.Succeeded)
        {
            // Without loop devices the kernel holds the pod to its disk all the same, in its memory.
            LogNoImage(id, made.Output.Trim());
            File.Delete(files.DiskImage(id));
            made = await MountMemoryAsync(bytes, limits.Inodes, disk, cancellationToken);
        }

        if (!made.Succeeded)
            return NoDisk("made");
        Directory.CreateDirectory(files.Logs(id));
        return null;
    }

    /// <summary>Has what containers write go to their pod's disk. None of them may have been started.</summary>
    public Failure? Attach(PodId id, IEnumerable<(string Container, RootLayers Root)> containers)
    {
        try
        {
            foreach (var (container, root) in containers)
            {
                if (Path.GetDirectoryName(root.Upper) is not { } place)
                    return NoDisk("attached");
                // An attempt that a life before this one made has it already.
                if (DirectoryTree.AreOnOneDevice(place, files.Disk(id)))
                    continue;
                // It has the owner and the mode that the image's root has, as what it covers.
                var part = Path.Combine(files.Disk(id), container);
                DirectoryTree.Copy(place, part);
                Mounts.Bind(part, place);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotAttached(id, e.Message);
            return NoDisk("attached");
        }
    }

    /// <summary>Gives back what an ended container had of its pod's disk.</summary>
    public async Task DetachAsync(PodId id, string container, CancellationToken cancellationToken)
    {
        var part = Path.Combine(files.Disk(id), container);
        foreach (var covered in CoveredBy(id, container, MountTable.Read()).ToList())
            Mounts.Unmount(covered);
        // A pod may have made paths that are too long for anything but this.
        await HostCommand.RunAsync("rm", ["-rf", "--", part], input: null, cancellationToken);
    }

    /// <summary>
    /// Uncovers what belongs to containerd, so that it can remove that. No container may run any more.
    /// </summary>
    public void Detach(PodId id)
    {
        foreach (var covered in MountTable.PartsOf(files.Disk(id), MountTable.Read()))
            Mounts.Unmount(covered);
    }

    /// <summary>Unmounts the disk of a pod. Its file goes with the pod's other files.</summary>
    public async Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        Detach(id);
        if (MountTable.Read().Any(mount => mount.At == files.Disk(id)))
            await HostCommand.RunShellAsync(Unmount, [files.Disk(id)], cancellationToken);
    }

    /// <summary>What is written on the disk of a pod; null for one that has none.</summary>
    public long? UsedBytes(PodId id)
    {
        try
        {
            if (!Directory.Exists(files.Logs(id)))
                return null;
            var drive = new DriveInfo(files.Disk(id));
            return drive.TotalSize - drive.TotalFreeSpace;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private IEnumerable<string> CoveredBy(PodId id, string container, IReadOnlyList<MountedDirectory> mounts)
    {
        var disk = mounts.LastOrDefault(mount => mount.At == files.Disk(id));
        return mounts.Where(mount => mount.Device == disk?.Device && mount.Root == "/" + container)
            .Select(mount => mount.At);
    }

    private async Task<CommandResult> MountImageAsync(string image, long bytes, long inodes, string at)
    {
        try
        {
            // One that a sandbox left which was not taken after all may still be mounted.
            File.Delete(image);
            (await EmptyDiskAsync(image, bytes, inodes)).WriteTo(image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CommandResult(1, e.Message);
        }

        var made = await DiskImage.MountAsync(image, at);
        if (made.Succeeded)
            Directory.Delete(Path.Combine(at, "lost+found"));
        return made;
    }

    private async Task<EmptyDisk> EmptyDiskAsync(string image, long bytes, long inodes)
    {
        // In 1024 bytes, as mke2fs takes it.
        var size = (bytes + (bytes / OverheadPart) + (inodes * BytesPerInode) + Overhead) / 1024;
        if (_emptyDisks.TryGetValue((size, inodes), out var known))
            return known;
        // Whoever comes meanwhile makes the same.
        return _emptyDisks[(size, inodes)] = await EmptyDisk.MakeAsync(image, size, inodes);
    }

    private static Task<CommandResult> MountMemoryAsync(
        long bytes, long inodes, string at, CancellationToken cancellationToken)
    {
        var options = $"size={Number(bytes)},nr_inodes={Number(inodes)},nodev,mode=0755";
        return HostCommand.RunAsync(
            "mount", ["-t", "tmpfs", "-o", options, "codius", at], input: null, cancellationToken);
    }

    private static Failure NoDisk(string what) => new(
        FailureKind.RuntimeUnavailable, $"The pod's disk could not be {what}.", Blame.Host, Retryable: true);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(
        LogLevel.Warning, "Pod {Pod} gets its disk in memory, since a file of its own could not be mounted: {Reason}")]
    private partial void LogNoImage(PodId pod, string reason);

    [LoggerMessage(LogLevel.Error, "The disk of pod {Pod} could not be attached: {Reason}")]
    private partial void LogNotAttached(PodId pod, string reason);
}
