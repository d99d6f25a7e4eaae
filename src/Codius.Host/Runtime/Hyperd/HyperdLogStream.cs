using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>
/// Reads what hyperd gives of a container's log: Docker's frames of a stream number, three zero bytes, a length of four
/// bytes and so much text, in which each line begins with its time:
/// https://docs.docker.com/reference/api/engine/version/v1.24/#attach-to-a-container.
/// </summary>
internal sealed class HyperdLogStream(string container, Stream stream) : IAsyncDisposable
{
    private const int HeaderLength = 8;
    private const int LongestFrame = 1024 * 1024;
    private const int LongestLine = 64 * 1024;
    private const byte ErrorStream = 2;

    private readonly UnfinishedLine[] _unfinished = [new(), new(), new()];
    private long _lines;

    /// <exception cref="IOException">What comes is no such log, or the connection broke.</exception>
    public async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        while (await stream.ReadAtLeastAsync(
                header, HeaderLength, throwOnEndOfStream: false, cancellationToken) is var read
            && read == HeaderLength)
        {
            if (!TryReadHeader(header, out var number, out var length))
                throw new IOException("hyperd's log has a frame that cannot be.");
            var frame = new byte[length];
            await stream.ReadExactlyAsync(frame, cancellationToken);
            foreach (var line in Lines(number, Encoding.UTF8.GetString(frame)))
                yield return line;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <summary>The stream, 1 or 2, and how many bytes follow.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out byte stream, out int length)
    {
        (stream, length) = (0, 0);
        if (header.Length < HeaderLength || header[0] > ErrorStream || header[1..4].ContainsAnyExcept((byte)0))
            return false;
        var bytes = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        if (bytes > LongestFrame)
            return false;
        (stream, length) = (header[0], (int)bytes);
        return true;
    }

    /// <summary>
    /// The time at the start of a line and what follows it; the time is the earliest of all if there is none.
    /// </summary>
    public static (DateTimeOffset At, string Text) ReadLine(string line)
    {
        var space = line.IndexOf(' ');
        return space > 0 && DateTimeOffset.TryParse(
            line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (at.ToUniversalTime(), line[(space + 1)..])
            : (DateTimeOffset.MinValue, line);
    }

    // A frame need not end where a line does. A line that is too long is given in pieces, as containerd gives it.
    private IEnumerable<LogLine> Lines(byte number, string text)
    {
        var line = _unfinished[number];
        var parts = text.Split('\n');
        for (var part = 0; part < parts.Length; part++)
        {
            if (part > 0)
                yield return Finish(number, line);
            line.Text.Append(parts[part]);
            while (line.Text.Length > LongestLine)
            {
                var rest = line.Text.ToString(LongestLine, line.Text.Length - LongestLine);
                line.Text.Length = LongestLine;
                var piece = Finish(number, line);
                line.Text.Append(rest);
                line.Since = piece.At;
                yield return piece;
            }
        }
    }

    private LogLine Finish(byte number, UnfinishedLine line)
    {
        var text = line.Text.ToString().TrimEnd('\r');
        var (at, words) = line.Since is { } since ? (since, text) : ReadLine(text);
        line.Text.Clear();
        line.Since = null;
        return new LogLine(
            container, number == ErrorStream ? LogStream.Stderr : LogStream.Stdout, at, words, ++_lines);
    }

    private sealed class UnfinishedLine
    {
        public StringBuilder Text { get; } = new();

        /// <summary>The time of the line whose next piece this is.</summary>
        public DateTimeOffset? Since { get; set; }
    }
}
