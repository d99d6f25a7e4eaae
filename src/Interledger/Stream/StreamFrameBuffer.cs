using System.Buffers;

namespace Interledger.Stream;

/// <summary>Collects the frames of a packet, which begins with their number.</summary>
public sealed class StreamFrameBuffer
{
    private readonly ArrayBufferWriter<byte> _writer = new(256);

    /// <summary>How many frames there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many octets they take.</summary>
    public int Length => _writer.WrittenCount;

    /// <summary>The octets.</summary>
    public ReadOnlySpan<byte> Written => _writer.WrittenSpan;

    /// <summary>Adds a frame.</summary>
    public void Add(in StreamFrame frame)
    {
        frame.Write(_writer);
        Count++;
    }

    /// <summary>Removes all frames.</summary>
    public void Clear()
    {
        _writer.ResetWrittenCount();
        Count = 0;
    }
}
