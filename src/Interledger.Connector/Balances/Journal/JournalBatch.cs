using System.Buffers;

namespace Interledger.Connector.Balances.Journal;

/// <summary>
/// Entries that go into one frame, and those who wait until it is written. It is used again and again.
/// </summary>
internal sealed class JournalBatch : IBufferWriter<byte>
{
    private const int SmallestCapacity = 4096;
    private const int LargestKept = 1 << 20;

    private byte[] _octets = new byte[SmallestCapacity];
    private int _length = JournalFrame.HeaderLength;
    private TaskCompletionSource? _written;

    public bool IsEmpty => _length == JournalFrame.HeaderLength;

    public int Length => _length;

    /// <summary>Ends when the batch is written, or with what went wrong.</summary>
    public Task Written =>
        (_written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public ReadOnlyMemory<byte> Seal(long number, long onDisk)
    {
        JournalFrame.Seal(_octets.AsSpan(0, _length), number, onDisk);
        return _octets.AsMemory(0, _length);
    }

    public void Complete(Exception? fault = null)
    {
        var written = _written;
        _written = null;
        _length = JournalFrame.HeaderLength;
        if (_octets.Length > LargestKept)
            _octets = new byte[SmallestCapacity];
        if (fault is null)
            written?.SetResult();
        else
            written?.SetException(fault);
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        var wanted = _length + Math.Max(sizeHint, 1);
        if (wanted > _octets.Length)
            Array.Resize(ref _octets, Math.Max(wanted, 2 * _octets.Length));
    }
}
