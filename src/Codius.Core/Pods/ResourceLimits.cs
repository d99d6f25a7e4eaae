using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Codius.Core.Pods;

/// <summary>What the whole pod may use, whatever runs it.</summary>
/// <param name="MemoryBytes">Memory, with what it keeps in memory file systems.</param>
/// <param name="MilliCpu">Thousandths of a CPU.</param>
/// <param name="Pids">Processes and threads.</param>
/// <param name="DiskBytes">What its containers write to their roots, all together.</param>
/// <param name="Inodes">Files and directories there.</param>
/// <param name="LogBytes">What is kept of its logs; what is older goes.</param>
/// <param name="BandwidthBitsPerSecond">To and from its network, each.</param>
public sealed record ResourceLimits(
    long MemoryBytes,
    int MilliCpu,
    int Pids,
    long DiskBytes = ResourceLimits.SmallDisk,
    long Inodes = ResourceLimits.SmallInodes,
    long LogBytes = ResourceLimits.SmallLog,
    long BandwidthBitsPerSecond = ResourceLimits.SmallBandwidth)
{
    private const long SmallDisk = 1024L * 1024 * 1024;
    private const long SmallInodes = 64 * 1024;
    private const long SmallLog = 8L * 1024 * 1024;
    private const long SmallBandwidth = 100_000_000;

    /// <summary>The machine class of the original: one virtual CPU and 512 MiB.</summary>
    public static ResourceLimits Small { get; } = new(512L * 1024 * 1024, 1000, 1024);

    /// <summary>So many times as much of everything.</summary>
    public ResourceLimits Times(int factor) => new(
        checked(MemoryBytes * factor),
        checked(MilliCpu * factor),
        checked(Pids * factor),
        checked(DiskBytes * factor),
        checked(Inodes * factor),
        checked(LogBytes * factor),
        checked(BandwidthBitsPerSecond * factor));

    /// <summary>The numbers in the order of the constructor, for a store.</summary>
    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{MemoryBytes} {MilliCpu} {Pids} {DiskBytes} {Inodes} {LogBytes} {BandwidthBitsPerSecond}");

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ResourceLimits? limits)
    {
        limits = null;
        var words = text?.Split(' ') ?? [];
        var numbers = new long[7];
        if (words.Length != numbers.Length)
            return false;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }

        if (numbers[1] > int.MaxValue || numbers[2] > int.MaxValue)
            return false;
        limits = new ResourceLimits(
            numbers[0], (int)numbers[1], (int)numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
        return true;
    }
}
