namespace Interledger.Stream;

internal enum DataArrival
{
    Stored,

    /// <summary>The bytes lie further ahead than was allowed.</summary>
    BeyondWindow,

    /// <summary>There are too many gaps before them; they are to be sent again later.</summary>
    TooScattered,
}

/// <summary>Puts the bytes of a stream in order. It holds at most its window, in a bounded number of pieces.</summary>
internal sealed class IncomingData(int window)
{
    private const int MaxPieces = 64;

    // What has arrived and was not read, as ranges of offsets: sorted, neither touching nor overlapping.
    private readonly List<(ulong Start, ulong End)> _pieces = [];
    private byte[] _buffer = [];

    /// <summary>How many bytes were read.</summary>
    public ulong ReadOffset { get; private set; }

    /// <summary>The offset after the last byte that has arrived.</summary>
    public ulong HighestOffset { get; private set; }

    /// <summary>Up to where the peer may send.</summary>
    public ulong MaxOffset => ReadOffset + (ulong)window;

    /// <summary>How many bytes can be read now.</summary>
    public int Readable => _pieces.Count > 0 && _pieces[0].Start == ReadOffset
        ? (int)(_pieces[0].End - ReadOffset)
        : 0;

    public DataArrival Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset > MaxOffset || (ulong)data.Length > MaxOffset - offset)
            return DataArrival.BeyondWindow;
        var end = offset + (ulong)data.Length;
        var start = Math.Max(offset, ReadOffset);
        if (start >= end)
            return DataArrival.Stored;
        if (!TryAddPiece(start, end))
            return DataArrival.TooScattered;
        HighestOffset = Math.Max(HighestOffset, end);
        EnsureBuffer((int)(end - ReadOffset));
        data[(int)(start - offset)..].CopyTo(_buffer.AsSpan((int)(start - ReadOffset)));
        return DataArrival.Stored;
    }

    public int Read(Span<byte> destination)
    {
        var count = Math.Min(Readable, destination.Length);
        if (count == 0)
            return 0;
        _buffer.AsSpan(0, count).CopyTo(destination);
        var left = (int)(HighestOffset - ReadOffset) - count;
        _buffer.AsSpan(count, left).CopyTo(_buffer);
        ReadOffset += (ulong)count;
        if (_pieces[0].End == ReadOffset)
            _pieces.RemoveAt(0);
        else
            _pieces[0] = (ReadOffset, _pieces[0].End);
        if (left == 0)
            _buffer = [];
        return count;
    }

    private bool TryAddPiece(ulong start, ulong end)
    {
        var first = 0;
        while (first < _pieces.Count && _pieces[first].End < start)
            first++;
        var after = first;
        while (after < _pieces.Count && _pieces[after].Start <= end)
        {
            start = Math.Min(start, _pieces[after].Start);
            end = Math.Max(end, _pieces[after].End);
            after++;
        }

        if (after == first && _pieces.Count >= MaxPieces)
            return false;
        _pieces.RemoveRange(first, after - first);
        _pieces.Insert(first, (start, end));
        return true;
    }

    private void EnsureBuffer(int length)
    {
        if (length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Min(window, Math.Max(length, 2 * _buffer.Length)));
    }
}
