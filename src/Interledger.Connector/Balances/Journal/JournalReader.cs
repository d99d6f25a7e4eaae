using Interledger.Oer;

namespace Interledger.Connector.Balances.Journal;

/// <summary>Makes the book again that a journal tells of.</summary>
internal static class JournalReader
{
    /// <summary>
    /// Applies all frames in their order. A tail that a crash has left is passed over: what was in it was not yet
    /// promised to be kept. Returns the number that the next frame gets.
    /// </summary>
    /// <exception cref="BalanceJournalException">The journal is damaged where a crash damages nothing.</exception>
    public static long Read(string path, BalanceBook book)
    {
        ReadOnlySpan<byte> octets = File.ReadAllBytes(path);
        if (!JournalFile.TryReadHeader(octets, out var next, out var endOfSummary))
            throw new BalanceJournalException($"{path} is no journal of balances, or its beginning is damaged.");
        var position = JournalFile.HeaderLength;
        while (JournalFrame.TryRead(octets[position..], out var frame, out var entries) && frame.Number == next)
        {
            if (!TryApply(entries, book))
                throw new BalanceJournalException($"{path} says what cannot be, at octet {position}.");
            position += frame.Length;
            next++;
        }

        if (next <= endOfSummary || WasOnDisk(octets[position..], next))
        {
            throw new BalanceJournalException(
                $"{path} is damaged at octet {position}, before balances that it goes on to tell of. "
                + "Restore the directory from a copy; nothing in it was changed.");
        }

        return next;
    }

    private static bool TryApply(ReadOnlySpan<byte> entries, BalanceBook book)
    {
        var reader = new OerReader(entries);
        while (!reader.IsAtEnd)
        {
            if (!BalanceEntryCodec.TryApplyNext(ref reader, book))
                return false;
        }

        return true;
    }

    // Whether a later frame shows that the missing one had reached the disk before.
    private static bool WasOnDisk(ReadOnlySpan<byte> rest, long missing)
    {
        while (rest.IndexOf(JournalFrame.Magic) is >= 0 and var start)
        {
            rest = rest[start..];
            if (JournalFrame.TryRead(rest, out var frame, out _) && frame.Number >= missing && frame.OnDisk >= missing)
                return true;
            rest = rest[1..];
        }

        return false;
    }
}
