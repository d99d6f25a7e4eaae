using Codius.Core.Leases;
using Codius.Core.Ledger;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>Writes the journal, and the credits that follow from it, inside the caller's transaction.</summary>
internal static class Journal
{
    /// <summary>Writes a movement that cannot have been written before. Nothing is written for no money.</summary>
    public static void Write(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.Amount != 0 && !TryWrite(connection, entry))
            throw new InvalidOperationException($"The journal has an entry {entry.Key} already.");
    }

    /// <summary>Writes a movement once; false when it stands there already, or moves nothing.</summary>
    public static bool TryWrite(SqliteConnection connection, LedgerEntry entry) =>
        entry.Amount != 0 && connection.Execute(
            """
            insert into entry (key, at, asset, from_account, to_account, amount, subject, reason)
            values (@Key, @At, @Asset, @From, @To, @Amount, @Subject, @Reason)
            on conflict (key) do nothing
            """,
            new
            {
                entry.Key,
                At = entry.At.ToUnixTimeMilliseconds(),
                Asset = entry.Asset.ToString(),
                From = entry.From.ToString(),
                To = entry.To.ToString(),
                entry.Amount,
                entry.Subject,
                entry.Reason,
            }) == 1;

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
