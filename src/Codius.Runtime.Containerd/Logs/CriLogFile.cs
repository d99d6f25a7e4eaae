using System.Text;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Logs;

/// <summary>
/// Reads whole lines from a container's log file, from where it is kept and then as it grows. What is given back to the
/// disk before it was read is skipped, which shows in the numbers of the lines.
/// </summary>
internal sealed class CriLogFile(
    string container, string path, int maxLineLength, string? startPath = null) : IDisposable
{
    private const int BufferLength = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferLength];
    private readonly Dictionary<LogStream, StringBuilder> _parts = [];
    private FileStream? _file;
    private int _start;
    private int _end;
    private long _lines;
    private LogLine? _next;

    /// <summary>The next line, without taking it; null when there is none for now.</summary>
    public LogLine? Peek() => _next ??= Read();

    public void Take() => _next = null;

    public void Dispose() => _file?.Dispose();

    private LogLine? Read()
    {
        while (TryReadRaw(out var raw))
        {
            if (CriLogLine.TryRead(raw, out var line) && Join(line) is { } text)
                return new LogLine(container, line.Stream, line.At, text, ++_lines);
        }

        return null;
    }

    /// <summary>The whole text that a part completes. One that has grown too long is given out as it is.</summary>
    private string? Join(CriLogLine line)
    {
        if (!_parts.TryGetValue(line.Stream, out var parts) && !line.IsContinued && line.Text.Length <= maxLineLength)
            return line.Text;
        parts ??= _parts[line.Stream] = new StringBuilder();
        parts.Append(line.Text);
        if (line.IsContinued && parts.Length < maxLineLength)
            return null;
        _parts.Remove(line.Stream);
        return parts.ToString(0, Math.Min(parts.Length, maxLineLength));
    }

    /// <summary>
    /// containerd writes lines of at most 16 KiB; what does not fit the buffer is not its doing and is left out.
    /// </summary>
    private bool TryReadRaw(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                line = _buffer.AsSpan(_start, end);
                _start += end + 1;
                return true;
            }

            if (!Fill())
            {
                line = default;
                return false;
            }
        }
    }

    private bool Fill()
    {
        if (_file is null && !TryOpen())
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == BufferLength)
            _end = 0;
        var read = _file!.Read(_buffer, _end, BufferLength - _end);
        _end += read;
        return Skip() || read > 0;
    }

    // Whoever gives a part of the file back says so before: what was read of a part that is gone is not used.
    private bool Skip()
    {
        if (startPath is null)
            return false;
        var start = LogStart.Read(startPath);
        if (start.Offset <= _file!.Position - _end)
            return false;
        _file.Position = start.Offset;
        (_start, _end, _lines) = (0, 0, start.Lines);
        _parts.Clear();
        return true;
    }

    private bool TryOpen()
    {
        try
        {
            _file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
