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
    private const byte ErrorStream = 2;

    private readonly StringBuilder[] _unfinished = [new(), new(), new()];
    private long _lines;

    /// <exception cref="IOException">What comes is no such log, or the connection broke.</exception>
    public async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        while (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) is var read
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

    /// <summary>The time at the start of a line and what follows it; the time is the earliest of all if there is none.</summary>
    public static (DateTimeOffset At, string Text) ReadLine(string line)
    {
        var space = line.IndexOf(' ');
        return space > 0 && DateTimeOffset.TryParse(
            line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (at.ToUniversalTime(), line[(space + 1)..])
            : (DateTimeOffset.MinValue, line);
    }

    // A frame need not end where a line does.
    private IEnumerable<LogLine> Lines(byte number, string text)
    {
        var unfinished = _unfinished[number];
        unfinished.Append(text);
        var whole = unfinished.ToString();
        var end = whole.LastIndexOf('\n');
        if (end < 0)
            yield break;
        unfinished.Clear().Append(whole.AsSpan(end + 1));
        foreach (var line in whole[..end].Split('\n'))
        {
            var (at, words) = ReadLine(line.TrimEnd('\r'));
            yield return new LogLine(
                container, number == ErrorStream ? LogStream.Stderr : LogStream.Stdout, at, words, ++_lines);
        }
    }
}
