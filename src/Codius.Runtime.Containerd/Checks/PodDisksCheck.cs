using Codius.Core.Checks;
using Codius.Runtime.Containerd.Daemon;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Checks;

/// <summary>Whether a pod's disk can be a file with ext4 in it: makes, mounts and removes a small one.</summary>
internal sealed class PodDisksCheck(string mke2fs = "mke2fs") : ICheck
{
    private const string Trial = """
        set -e
        truncate -s 2M "$2/image"
        "$1" -q -F -t ext4 "$2/image"
        mkdir "$2/disk"
        mount -t ext4 -o loop,nodev "$2/image" "$2/disk"
        umount "$2/disk"
        """;

    private const string Otherwise = "pods' disks are in memory until then, which a few large ones use up";

    public string Name => "pods' disks";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (ProgramPath.Find(mke2fs) is not { } program)
            return Finding.Warning($"{mke2fs} is not installed", $"apt-get install e2fsprogs: {Otherwise}");
        var directory = Directory.CreateTempSubdirectory("codius-doctor-").FullName;
        try
        {
            var tried = await HostCommand.RunAsync(
                "/bin/sh", ["-c", Trial, "sh", program, directory], input: null, cancellationToken);
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
}
