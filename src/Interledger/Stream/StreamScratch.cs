using System.Buffers;

namespace Interledger.Stream;

/// <summary>
/// Buffers in which a thread puts packets together, one at a time: nothing that uses them waits or calls out.
/// </summary>
internal sealed class StreamScratch
{
    [ThreadStatic]
    private static StreamScratch? _current;

    public static StreamScratch Current => _current ??= new StreamScratch();

    public StreamFrameBuffer Frames { get; } = new();

    public ArrayBufferWriter<byte> Plaintext { get; } = new(512);
}
