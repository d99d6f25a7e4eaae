using System.Buffers.Binary;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Settlement;

namespace Interledger.Fuzz.Targets;

/// <summary>
/// A journal of balances with damage anywhere: refused with the one exception there is for it, or recovered. An input
/// begins with a byte that says whether the checksums are made right again, so that the damage reaches what they guard.
/// </summary>
internal static class JournalTarget
{
    private const int ChecksumOfHeader = 32;
    private const int LengthOffset = 4;
    private const int ChecksumOffset = 8;
    private const int NumberOffset = 12;

    public static FuzzTarget Create()
    {
        var journal = WriteJournal();
        return new FuzzTarget("journal", [[0, .. journal], [1, .. journal], [3, .. journal]], Read);
    }

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
            return;
        var octets = input[1..].ToArray();
        if ((input.Span[0] & 1) != 0)
            Seal(octets);
        var book = new BalanceBook();
        try
        {
            JournalReader.Read(octets, "the journal", book);
        }
        catch (BalanceJournalException)
        {
            return;
        }

        // What was recovered can be written again.
        if (book.Summarize(TimeProvider.System.GetUtcNow()).Count() < book.Accounts.Count)
            throw new InvalidOperationException("an account was lost");
    }

    private static void Seal(byte[] octets)
    {
        if (octets.Length < JournalFile.HeaderLength)
            return;
        BinaryPrimitives.WriteUInt32BigEndian(
            octets.AsSpan(ChecksumOfHeader), JournalFrame.Checksum(octets.AsSpan(0, ChecksumOfHeader)));
        var rest = octets.AsSpan(JournalFile.HeaderLength);
        while (rest.Length >= JournalFrame.HeaderLength)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest[LengthOffset..]);
            if (length < 0 || length > rest.Length - JournalFrame.HeaderLength)
                return;
            var frame = rest[..(JournalFrame.HeaderLength + length)];
            BinaryPrimitives.WriteUInt32BigEndian(
                frame[ChecksumOffset..], JournalFrame.Checksum(frame[NumberOffset..]));
            rest = rest[frame.Length..];
        }
    }

    // Of everything that a journal may tell, one.
    private static byte[] WriteJournal()
    {
        var directory = Directory.CreateTempSubdirectory("fuzz-journal");
        try
        {
            return WriteJournalAsync(directory.FullName).GetAwaiter().GetResult();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<byte[]> WriteJournalAsync(string directory)
    {
        await using var store = JournalBalanceStore.Open(new JournalBalanceStoreOptions { Directory = directory });
        var transfer = new BalanceTransfer("alice", 500, -5000, "bob", 500, 9000);
        store.TryReserve(transfer);
        await store.CommitAsync(transfer);
        await store.CreditSettlementAsync(
            new IncomingSettlement("key", "alice", new SettlementQuantity(123_456_789, 12), 9));
        if (await store.BeginSettlementAsync("bob", 100, 50, 9) is { } begun)
            await store.CompleteSettlementAsync(begun);
        return await File.ReadAllBytesAsync(Directory.EnumerateFiles(directory, "*.journal").Single());
    }
}
