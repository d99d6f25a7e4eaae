namespace Interledger.Stream;

/// <summary>The bytes of a stream on their way out: waiting, sent and not yet confirmed, to be sent again.</summary>
internal sealed class OutgoingData
{
    // Many streams carry no bytes at all.
    private Queue<ReadOnlyMemory<byte>>? _fresh;
    private Queue<(ulong Offset, ReadOnlyMemory<byte> Data)>? _again;
    private int _freshHead;
    private int _freshCount;

    /// <summary>The offset of the first byte that was never sent.</summary>
    public ulong SentOffset { get; private set; }

    /// <summary>The offset after the last byte that was written.</summary>
    public ulong WrittenOffset => SentOffset + (ulong)_freshCount;

    /// <summary>How many bytes were written and are not confirmed.</summary>
    public int Buffered { get; private set; }

    public bool HasFresh => _freshCount > 0;

    public bool CanSend(ulong maxOffset) => _again is { Count: > 0 } || (_freshCount > 0 && SentOffset < maxOffset);

    public void Write(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        (_fresh ??= new Queue<ReadOnlyMemory<byte>>()).Enqueue(data.ToArray());
        _freshCount += data.Length;
        Buffered += data.Length;
    }

    /// <summary>Takes bytes to be sent: first those that failed before.</summary>
    public bool TryTake(int maxBytes, ulong maxOffset, out ulong offset, out ReadOnlyMemory<byte> data)
    {
        (offset, data) = (SentOffset, default);
        if (maxBytes <= 0)
            return false;
        if (_again is not null && _again.TryDequeue(out var failed))
        {
            (offset, data) = failed;
            if (data.Length > maxBytes)
            {
                _again.Enqueue((offset + (ulong)maxBytes, data[maxBytes..]));
                data = data[..maxBytes];
            }

            return true;
        }

        if (_fresh is null || _freshCount == 0 || SentOffset >= maxOffset)
            return false;
        var chunk = _fresh.Peek()[_freshHead..];
        data = chunk[..(int)Math.Min(Math.Min((ulong)chunk.Length, (ulong)maxBytes), maxOffset - SentOffset)];
        _freshHead += data.Length;
        if (data.Length == chunk.Length)
        {
            _fresh.Dequeue();
            _freshHead = 0;
        }

        _freshCount -= data.Length;
        SentOffset += (ulong)data.Length;
        return true;
    }

    /// <summary>The peer has these bytes.</summary>
    public void Confirm(int count) => Buffered -= count;

    /// <summary>The peer has not got these bytes.</summary>
    public void Return(ulong offset, ReadOnlyMemory<byte> data) =>
        (_again ??= new Queue<(ulong Offset, ReadOnlyMemory<byte> Data)>()).Enqueue((offset, data));
}
