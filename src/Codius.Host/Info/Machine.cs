using System.Globalization;

namespace Codius.Host.Info;

/// <summary>What Linux says of the machine.</summary>
public sealed class Machine(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Since this program began to serve.</summary>
    public TimeSpan ServiceUptime => time.GetElapsedTime(_started);

    public TimeSpan Uptime => TimeSpan.FromSeconds(FirstNumber("/proc/uptime"));

    /// <summary>
    /// Of the last minute, divided by the number of processors: 1 is a machine with no processor to spare.
    /// </summary>
    public double LoadPerProcessor => FirstNumber("/proc/loadavg") / Environment.ProcessorCount;

    /// <summary>Bytes that new programs could have without others being swapped out.</summary>
    public long AvailableMemory => MemInfo("MemAvailable:");

    public long TotalMemory => MemInfo("MemTotal:");

    /// <summary>The disk that a directory is on, or would be on if it were there already.</summary>
    public static DriveInfo DiskOf(string directory)
    {
        var existing = Path.GetFullPath(directory);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        return new DriveInfo(existing);
    }

    private static double FirstNumber(string file)
    {
        var text = File.ReadAllText(file).AsSpan();
        return double.Parse(text[..text.IndexOf(' ')], CultureInfo.InvariantCulture);
    }

    private static long MemInfo(string name)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(name.Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
        }

        throw new InvalidDataException($"/proc/meminfo has no {name}");
    }
}
