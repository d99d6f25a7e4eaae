using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Tests.Sqlite;

/// <summary>Reads a store's tables with a connection of its own.</summary>
internal static class SqliteAudit
{
    public static async Task<StoreAudit> ReadAsync(string path)
    {
        await using var ledger = await SqliteLedger.OpenAsync(path, CancellationToken.None);
        var wrong = ledger.Verify().Select(problem => problem.ToString());
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        // One transaction, so that all sums are of one moment.
        await using var transaction = connection.BeginTransaction(deferred: true);
        var problems = connection.Query<string>("pragma integrity_check").Where(line => line != "ok")
            .Concat(connection.Query<string>("select 'orphan in ' || \"table\" from pragma_foreign_key_check"))
            .Concat(connection.Query<string>("select 'pod without time' from pod where expires_at <> "
                + "(select max(ends_at) from lease where lease.manifest_hash = pod.manifest_hash)"));
        var assets = connection.Query<string>("select asset from entry union select asset from balance "
            + "union select asset from credit union select asset from lease");
        return new StoreAudit([.. assets.Select(asset => ReadSums(connection, asset))], [.. problems, .. wrong]);
    }

    private static StoreAudit.Sums ReadSums(SqliteConnection connection, string asset)
    {
        return new StoreAudit.Sums(
            asset,
            Accounts(Balance),
            Accounts(Journal),
            Query("select coalesce(sum(amount), 0) from credit where asset = @asset"),
            Query("select coalesce(sum(price), 0) from lease where asset = @asset"));

        long Balance(string account) => Query(
            "select coalesce(sum(amount), 0) from balance where asset = @asset and account = @account", account);

        long Journal(string account) => Query(
            "select coalesce(sum(amount), 0) from entry join posting on entry_id = id "
            + "where asset = @asset and account = @account",
            account);

        long Query(string sql, string account = "") => connection.ExecuteScalar<long>(sql, new { asset, account });
    }

    private static StoreAudit.Accounts Accounts(Func<string, long> amount) => new(
        -amount("Received") - amount("InDoubt"),
        amount("Held"),
        amount("Earned"),
        amount("Returned"),
        amount("Credited"));
}
