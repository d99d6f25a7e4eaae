using Codius.Core.Leases;
using Codius.Core.Ledger;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>
/// Writes the journal, and the credits that follow from it, inside the caller's transaction. It is the only place that
/// does; the tables themselves refuse an entry that does not make up zero, and any change of one.
/// </summary>
internal static class Journal
{
    // There is one writer, so the next number is known. The postings come first: the entry closes them.
    private const string Next = "(select coalesce(max(id), 0) + 1 from entry)";

    /// <summary>Writes a movement that cannot have been written before. Nothing is written for no money.</summary>
    public static void Write(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.Postings.Count == 0)
            return;
        WritePostings(connection, entry.Postings);
        if (!TryClose(connection, entry))
            throw new InvalidOperationException($"The journal has an entry {entry.Key} already.");
    }

    /// <summary>Writes a movement once; false when it stands there already, or moves nothing.</summary>
    public static bool TryWrite(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.Postings.Count == 0 || connection.ExecuteScalar<bool>(
            "select exists (select 1 from entry where key = @Key)", new { entry.Key }))
            return false;
        Write(connection, entry);
        return true;
    }

    public static void AddToCredit(SqliteConnection connection, string creditId, Asset asset, long amount)
    {
        if (amount == 0)
            return;
        connection.Execute(
            """
            insert into credit (id, asset, amount) values (@creditId, @asset, @amount)
            on conflict (id, asset) do update set amount = amount + excluded.amount
            """,
            new { creditId, asset = asset.ToString(), amount });
    }

    /// <summary>False, and nothing taken, when there is less than that.</summary>
    public static bool TakeFromCredit(SqliteConnection connection, CreditId id, Asset asset, long amount) =>
        amount == 0 || connection.Execute(
            "update credit set amount = amount - @amount where id = @id and asset = @asset and amount >= @amount",
            new { id = id.Hex, asset = asset.ToString(), amount }) == 1;

    private static void WritePostings(SqliteConnection connection, IReadOnlyList<LedgerPosting> postings)
    {
        // Nearly all entries have two: one statement writes both.
        var first = postings[0];
        if (postings.Count == 2)
        {
            var second = postings[1];
            connection.Execute(
                $"insert into posting (entry_id, account, amount) values ({Next}, @a, @x), ({Next}, @b, @y)",
                new { a = NameOf(first), x = first.Amount, b = NameOf(second), y = second.Amount });
            return;
        }

        foreach (var posting in postings)
        {
            connection.Execute(
                $"insert into posting (entry_id, account, amount) values ({Next}, @account, @Amount)",
                new { account = NameOf(posting), posting.Amount });
        }
    }

    private static bool TryClose(SqliteConnection connection, LedgerEntry entry) => connection.Execute(
        $"""
        insert into entry (id, key, at, asset, subject, pod, reason)
        values ({Next}, @Key, @at, @asset, @Subject, @pod, @Reason) on conflict (key) do nothing
        """,
        new
        {
            entry.Key,
            at = entry.At.ToUnixTimeMilliseconds(),
            asset = entry.Asset.ToString(),
            entry.Subject,
            pod = entry.Pod?.Value,
            entry.Reason,
        }) == 1;

    private static string NameOf(LedgerPosting posting) => posting.Account.ToString();
}
