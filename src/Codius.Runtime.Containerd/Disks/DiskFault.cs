namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// What is wrong with the machine's disk, and with no image, registry or pod: errno(3), of which .NET keeps the number
/// and programs print the words.
/// </summary>
internal static class DiskFault
{
    private static readonly IReadOnlyDictionary<int, string> Words = new Dictionary<int, string>
    {
        [5] = "input/output error",
        [28] = "no space left on device",
        [30] = "read-only file system",
        [122] = "disk quota exceeded",
    };

    /// <summary>What it is, or null if the exception is about something else, for example a connection.</summary>
    public static string? In(IOException failed) => Words.GetValueOrDefault(failed.HResult);

    /// <summary>The same in what a program printed.</summary>
    public static string? In(string output) =>
        Words.Values.FirstOrDefault(words => output.Contains(words, StringComparison.OrdinalIgnoreCase));
}
