using System.Globalization;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// From where on a log is kept, and how many lines came before: what is older was given back to the disk. It stands in
/// a file of its own, which is replaced before anything goes.
/// </summary>
internal readonly record struct LogStart(long Offset, long Lines)
{
    /// <summary>The beginning, where there is no such file.</summary>
    public static LogStart Read(string path)
    {
        // Most logs have none, and this is asked for often: an exception each time would cost much.
        if (!File.Exists(path))
            return default;
        try
        {
            var words = File.ReadAllText(path).Split(' ');
            return words is [var offset, var lines]
                && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && long.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? new LogStart(at, count)
                : default;
        }
        catch (IOException)
        {
            return default;
        }
    }

    public void Write(string path)
    {
        var next = path + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{Offset} {Lines}"));
        File.Move(next, path, overwrite: true);
    }
}
