using Interledger.Oer;

namespace Interledger.Stream;

/// <summary>Goes through the frames of a packet and passes over those of unknown type.</summary>
public ref struct StreamFrameEnumerator
{
    private OerReader _reader;
    private ulong _left;

    internal StreamFrameEnumerator(ReadOnlySpan<byte> frames, ulong count)
    {
        _reader = new OerReader(frames);
        _left = count;
        Current = default;
    }

    /// <summary>The frame.</summary>
    public StreamFrame Current { get; private set; }

    /// <summary>Whether the frames could not be read; a packet that was read has none such.</summary>
    internal bool Failed { get; private set; }

    /// <summary>Goes to the next frame.</summary>
    public bool MoveNext()
    {
        while (_left > 0)
        {
            _left--;
            if (!_reader.TryReadUInt8(out var type) || !_reader.TryReadVarOctets(out var contents))
                return Fail();
            if (!StreamFrame.IsKnown((StreamFrameType)type))
                continue;
            if (!StreamFrame.TryReadContents((StreamFrameType)type, contents, out var frame))
                return Fail();
            Current = frame;
            return true;
        }

        return false;
    }

    private bool Fail()
    {
        Failed = true;
        _left = 0;
        return false;
    }
}
