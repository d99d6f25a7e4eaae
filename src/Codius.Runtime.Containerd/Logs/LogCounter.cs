using System.Text;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// Counts the lines of a log as <see cref="CriLogFile"/> numbers them, without making them: what is given back to the
/// disk may be written as fast as a pod can.
/// </summary>
internal sealed class LogCounter(int maxLineLength)
{
    private int _pendingOutput;
    private int _pendingErrors;

    public long Lines { get; set; }

    /// <summary>Takes whole lines of the file; returns how many bytes of the piece they are.</summary>
    public int Take(ReadOnlySpan<byte> piece)
    {
        var taken = 0;
        while (piece[taken..].IndexOf((byte)'\n') is var end and >= 0)
        {
            Count(piece.Slice(taken, end));
            taken += end + 1;
        }

        return taken;
    }

    private void Count(ReadOnlySpan<byte> line)
    {
        var stream = After(line);
        var tag = After(stream);
        var text = After(tag);
        if (tag.IsEmpty)
            return;
        ref var pending = ref stream.StartsWith("stderr"u8) ? ref _pendingErrors : ref _pendingOutput;
        if (CriLogLine.WillContinue(tag, text))
        {
            pending += Encoding.UTF8.GetCharCount(text);
            if (pending < maxLineLength)
                return;
        }

        pending = 0;
        Lines++;
    }

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> words)
    {
        var space = words.IndexOf((byte)' ');
        return space < 0 ? default : words[(space + 1)..];
    }
}
