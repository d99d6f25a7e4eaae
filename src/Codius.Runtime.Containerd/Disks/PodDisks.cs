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

    private const string MakeImage = """
        set -e
        truncate -s "$2" "$1"
        mke2fs -q -F -t ext4 -m 0 -N "$3" -O ^has_journal,^resize_inode -E lazy_itable_init=1,nodiscard "$1"
        mount -t ext4 -o loop,nodev,noatime,discard "$1" "$4"
        rmdir "$4/lost+found"
        mkdir "$4/logs"
        """;

    private const string MakeMemory = """
        set -e
        mount -t tmpfs -o "size=$1,nr_inodes=$2,nodev,mode=0755" codius "$3"
        mkdir "$3/logs"
        """;

    // The directory that is covered has the owner and the mode that the image's root has.
    private const string Cover = """
        set -e
        while [ $# -gt 0 ]; do
          if ! mountpoint -q "$1"; then
            rm -rf "$2"
            cp -a "$1" "$2"
            mount --bind "$2" "$1"
          fi
          shift 2
        done
        """;

    private const string Uncover = """
        for directory; do umount "$directory" || umount -l "$directory"; done
        """;

    private const string Unmount = """
        while mountpoint -q "$1"; do umount "$1" || umount -l "$1" || exit 1; done
        """;

    /// <summary>Makes the disk of a pod and mounts it.</summary>
    public async Task<Failure?> CreateAsync(PodId id, ResourceLimits limits, CancellationToken cancellationToken)
    {
        var disk = Directory.CreateDirectory(files.Disk(id)).FullName;
        var bytes = limits.DiskBytes + limits.LogBytes;
        var size = Number(bytes + (bytes / OverheadPart) + (limits.Inodes * BytesPerInode) + Overhead);
        var made = await HostCommand.RunShellAsync(
            MakeImage, [files.DiskImage(id), size, Number(limits.Inodes), disk], cancellationToken);
        if (made.Succeeded)
            return null;
        // Without loop devices the kernel holds the pod to its disk all the same, in its memory.
        LogNoImage(id, made.Output.Trim());
        File.Delete(files.DiskImage(id));
        made = await HostCommand.RunShellAsync(MakeMemory, [Number(bytes), Number(limits.Inodes), disk], cancellationToken);
        return made.Succeeded
            ? null
            : new Failure(
                FailureKind.RuntimeUnavailable, "The pod's disk could not be made.", Blame.Host, Retryable: true);
    }

    /// <summary>Has what containers write go to their pod's disk. None of them may have been started.</summary>
    public async Task<Failure?> AttachAsync(
        PodId id, IEnumerable<(string Container, RootLayers Root)> containers, CancellationToken cancellationToken)
    {
        var arguments = containers.SelectMany(pair =>
            new[] { Path.GetDirectoryName(pair.Root.Upper) ?? "", Path.Combine(files.Disk(id), pair.Container) }).ToList();
        return !arguments.Contains("") && (await HostCommand.RunShellAsync(Cover, arguments, cancellationToken)).Succeeded
            ? null
            : new Failure(
                FailureKind.RuntimeUnavailable, "The pod's disk could not be attached.", Blame.Host, Retryable: true);
    }

    /// <summary>Gives back what an ended container had of its pod's disk.</summary>
    public async Task DetachAsync(PodId id, string container, CancellationToken cancellationToken)
    {
        var part = Path.Combine(files.Disk(id), container);
        var mounts = MountTable.Read();
        var whole = mounts.LastOrDefault(mount => mount.At == files.Disk(id));
        var covered = mounts.Where(mount => mount.Device == whole?.Device && mount.Root == "/" + container)
            .Select(mount => mount.At).ToList();
        if (covered.Count > 0)
            await HostCommand.RunShellAsync(Uncover, covered, cancellationToken);
        // A pod may have made paths that are too long for anything but this.
        await HostCommand.RunAsync("rm", ["-rf", "--", part], input: null, cancellationToken);
    }

    /// <summary>Uncovers what belongs to containerd, so that it can remove that. No container may run any more.</summary>
    public async Task DetachAsync(PodId id, CancellationToken cancellationToken)
    {
        var covered = MountTable.PartsOf(files.Disk(id), MountTable.Read()).ToList();
        if (covered.Count > 0)
            await HostCommand.RunShellAsync(Uncover, covered, cancellationToken);
    }

    /// <summary>Unmounts the disk of a pod. Its file goes with the pod's other files.</summary>
    public async Task RemoveAsync(PodId id, CancellationToken cancellationToken)
    {
        await DetachAsync(id, cancellationToken);
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

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(
        LogLevel.Warning, "Pod {Pod} gets its disk in memory, since a file of its own could not be mounted: {Reason}")]
    private partial void LogNoImage(PodId pod, string reason);
}
