using Codius.Core.Checks;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Disks;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>Whether a pod's disk can be a file with ext4 in it: makes, mounts and removes a small one.</summary>
internal sealed class PodDisksCheck(string mke2fs = "mke2fs") : ICheck
{
    private const long KiB = 2048;
    private const long Files = 64;
    private const string Otherwise = "pods' disks are in memory until then, which a few large ones use up";

    public string Name => "pods' disks";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (ProgramPath.Find(mke2fs) is null)
            return Finding.Warning($"{mke2fs} is not installed", $"apt-get install e2fsprogs: {Otherwise}");
        var directory = Directory.CreateTempSubdirectory("codius-doctor-").FullName;
        try
        {
            var tried = await TryAsync(directory);
            return tried.Succeeded
                ? Finding.Well("ext4 in a file, through a loop device")
                : Finding.Warning(
                    $"no file can be mounted as a disk: {tried.Output.Trim().Split('\n')[0]}",
                    $"give this machine loop devices (modprobe loop) and ext4: {Otherwise}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<CommandResult> TryAsync(string directory)
    {
        var image = Path.Combine(directory, "image");
        var disk = Directory.CreateDirectory(Path.Combine(directory, "disk")).FullName;
        try
        {
            (await EmptyDisk.MakeAsync(image, KiB, Files)).WriteTo(image);
            var mounted = await DiskImage.MountAsync(image, disk);
            if (mounted.Succeeded)
                Mounts.Unmount(disk);
            return mounted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CommandResult(1, e.Message);
        }
    }
}
