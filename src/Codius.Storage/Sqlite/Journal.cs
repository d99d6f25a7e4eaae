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
    /// <summary>Writes a movement that cannot have been written before. Nothing is written for no money.</summary>
    public static void Write(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.Postings.Count > 0 && !TryWrite(connection, entry))
            throw new InvalidOperationException($"The journal has an entry {entry.Key} already.");
    }

    /// <summary>Writes a movement once; false when it stands there already, or moves nothing.</summary>
    public static bool TryWrite(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.Postings.Count == 0 || connection.ExecuteScalar<bool>(
            "select exists (select 1 from entry where key = @Key)", new { entry.Key }))
            return false;
        // There is one writer, so the next number is known. The postings come first: the entry closes them.
        var id = connection.ExecuteScalar<long>("select coalesce(max(id), 0) + 1 from entry");
        foreach (var posting in entry.Postings)
        {
            connection.Execute(
                "insert into posting (entry_id, account, amount) values (@id, @account, @Amount)",
                new { id, account = posting.Account.ToString(), posting.Amount });
        }

        connection.Execute(
            """
            insert into entry (id, key, at, asset, subject, pod, reason)
            values (@id, @Key, @at, @asset, @Subject, @pod, @Reason)
            """,
            new
            {
                id,
                entry.Key,
                at = entry.At.ToUnixTimeMilliseconds(),
                asset = entry.Asset.ToString(),
                entry.Subject,
                pod = entry.Pod?.Value,
                entry.Reason,
            });
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
}
