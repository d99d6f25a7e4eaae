using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>
/// The last lines of a container, however much it printed: hyperd keeps all, and what is read of it is in memory here.
/// </summary>
internal sealed class HyperdLogTail(long most)
{
    /// <summary>Roughly what a line takes beside its text.</summary>
    private const int PerLine = 128;

    private readonly Queue<LogLine> _lines = new();
    private long _size;

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public void Add(LogLine line)
    {
        _lines.Enqueue(line);
        _size += SizeOf(line);
        while (_size > most)
            _size -= SizeOf(_lines.Dequeue());
    }

    private static int SizeOf(LogLine line) => line.Text.Length + PerLine;
}
