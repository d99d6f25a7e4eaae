using Codius.Core.Leases;
using Codius.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace Codius.Crash.Disasters;

/// <summary>A store as an older codiusd left it.</summary>
internal static class OldStore
{
    private const string Token = "0102030405060708090a0b0c0d0e0f10";

    /// <summary>
    /// Replaces a store by one of an older schema, in which somebody has a credit that came in two parts, the host has
    /// earned something, and an operation was open when it ended.
    /// </summary>
    public static async Task WriteAsync(string path, int schema, string secret, long credit)
    {
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
            File.Delete(file);
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        await ExecuteAsync(connection, "pragma journal_mode = wal");
        foreach (var script in await ScriptsAsync(schema))
            await ExecuteAsync(connection, script);
        await ExecuteAsync(connection, $"pragma user_version = {schema}");
        CreditSecret.TryParse(secret, out var bearer).ShouldBeTrue();
        await ExecuteAsync(
            connection,
            $"""
            insert into entry (key, at, asset, from_account, to_account, amount, subject, reason) values
                ('packet:1', 1000, 'XRP/9', 'Received', 'Credited', {credit}, '{Token}', 'part of a price'),
                ('packet:2', 2000, 'XRP/9', 'Received', 'Credited', 1000, '{Token}', 'part of a price'),
                ('spent:{Token}', 3000, 'XRP/9', 'Credited', 'Held', 1000, '{Token}', 'a credit spent on a lease'),
                ('earned:{Token}', 4000, 'XRP/9', 'Held', 'Earned', 1000, '{Token}', 'its time is over');
            insert into credit (id, asset, amount) values ('{bearer.Id.Hex}', 'XRP/9', {credit});
            insert into operation (token, request_digest, state, changed_at) values ('{Token}', 'digest', 'open', 1000);
            """);
    }

    private static async Task<IReadOnlyList<string>> ScriptsAsync(int schema)
    {
        var storage = typeof(SqliteHostStore).Assembly;
        List<string> scripts = [];
        for (var number = 1; number <= schema; number++)
        {
            var name = storage.GetManifestResourceNames().Single(name => name.Contains($".Sql.00{number}_"));
            using var reader = new StreamReader(storage.GetManifestResourceStream(name)!);
            scripts.Add(await reader.ReadToEndAsync());
        }

        return scripts;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
