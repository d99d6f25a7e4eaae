namespace Interledger.Stream;

/// <summary>
/// Remembers which of the latest numbers were seen, so that no packet counts twice. What lies further back than the
/// window is taken as seen.
/// </summary>
internal sealed class SequenceWindow
{
    private const int BitsPerWord = 64;
    private const int Size = 1024;

    private readonly ulong[] _seen = new ulong[Size / BitsPerWord];
    private ulong _highest;
    private bool _any;

    /// <summary>Whether the number is new; from now on it is not.</summary>
    public bool TryAccept(ulong sequence)
    {
        if (!_any || sequence > _highest)
            Advance(sequence);
        else if (_highest - sequence >= Size)
            return false;
        ref var word = ref _seen[sequence % Size / BitsPerWord];
        var bit = 1UL << (int)(sequence % BitsPerWord);
        if ((word & bit) != 0)
            return false;
        word |= bit;
        return true;
    }

    private void Advance(ulong sequence)
    {
        if (!_any || sequence - _highest >= Size)
            Array.Clear(_seen);
        else
            // There is no number after the last one, so the loop must not count beyond it.
            for (var last = _highest; last < sequence;)
                Forget(++last);
        (_highest, _any) = (sequence, true);
    }

    private void Forget(ulong sequence) =>
        _seen[sequence % Size / BitsPerWord] &= ~(1UL << (int)(sequence % BitsPerWord));
}
