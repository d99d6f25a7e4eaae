using System.Globalization;
using System.Text;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// A line of a container's log file: <c>time stream tag text</c>, where the tag is F, or P for a part that the next
/// line of the same stream continues. P is also the tag of the last words of a program that did not end its line, which
/// nothing continues: they are shorter than a part.
/// </summary>
internal readonly record struct CriLogLine(DateTimeOffset At, LogStream Stream, bool IsContinued, string Text)
{
    /// <summary>What containerd writes at a time of a line that is longer, in bytes.</summary>
    public const int PartLength = 16 * 1024;

    private const byte Space = (byte)' ';

    /// <summary>Reads a line without its end. What a program wrote that is no UTF-8 is replaced.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out CriLogLine result)
    {
        result = default;
        if (!TryTakeWord(ref line, out var time)
            || !TryTakeWord(ref line, out var stream)
            || !TryTakeWord(ref line, out var tag))
            return false;
        if (!DateTimeOffset.TryParse(
                Encoding.ASCII.GetString(time),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at))
            return false;
        LogStream? from = stream.SequenceEqual("stdout"u8) ? LogStream.Stdout
            : stream.SequenceEqual("stderr"u8) ? LogStream.Stderr : null;
        if (from is null)
            return false;
        result = new CriLogLine(
            at.ToUniversalTime(), from.Value, WillContinue(tag, line), Encoding.UTF8.GetString(line));
        return true;
    }

    /// <summary>Whether the next line of the stream goes on with this text.</summary>
    public static bool WillContinue(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> text) =>
        tag.StartsWith("P"u8) && text.Length >= PartLength;

    private static bool TryTakeWord(ref ReadOnlySpan<byte> line, out ReadOnlySpan<byte> word)
    {
        var end = line.IndexOf(Space);
        word = end <= 0 ? default : line[..end];
        line = end <= 0 ? line : line[(end + 1)..];
        return end > 0;
    }
}
