using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>A file with ext4 in it that is mounted through a loop device.</summary>
internal static class DiskImage
{
    public static async Task<CommandResult> MountAsync(string image, string at)
    {
        try
        {
            using var device = LoopDevice.Attach(image);
            Mounts.MountDisk(device.Path, at);
            return new CommandResult(0, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The program knows how older kernels want it, and says better what is missing.
            string[] mount = ["-t", "ext4", "-o", "loop,nodev,noatime,discard", image, at];
            return await HostCommand.RunAsync("mount", mount, input: null, CancellationToken.None);
        }
    }
}
