namespace Codius.Runtime.Containerd.Disks;

/// <summary>A line of /proc/self/mountinfo: the device, which directory of it, and where it is to be seen.</summary>
internal sealed record MountedDirectory(string Device, string Root, string At);

/// <summary>What is mounted on this machine: man 5 proc.</summary>
internal static class MountTable
{
    public static IReadOnlyList<MountedDirectory> Read() =>
        Parse(File.ReadLines("/proc/self/mountinfo"));

    public static IReadOnlyList<MountedDirectory> Parse(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Split(' ')).Where(fields => fields.Length > 4)
            .Select(fields => new MountedDirectory(fields[2], Unescape(fields[3]), Unescape(fields[4])))];

    /// <summary>
    /// Where parts of the file system that is mounted at a directory are to be seen besides, the last mounted first.
    /// </summary>
    public static IEnumerable<string> PartsOf(string directory, IReadOnlyList<MountedDirectory> mounts)
    {
        var whole = mounts.LastOrDefault(mount => mount.At == directory);
        return whole is null
            ? []
            : mounts.Where(mount => mount.Device == whole.Device && mount.At != directory).Reverse()
                .Select(mount => mount.At);
    }

    private static string Unescape(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
