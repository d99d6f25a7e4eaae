using System.Globalization;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>The host's store in one SQLite file, for a host that is one machine.</summary>
public sealed partial class SqliteHostStore(string path) : IHostStore
{
    private readonly SqliteDatabase _database = new(path);

    public Task OpenAsync(CancellationToken cancellationToken) => _database.OpenAsync(cancellationToken);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    public Task<IReadOnlyList<LedgerBalances>> ReadBalancesAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<LedgerBalances>>(async connection =>
        {
            var rows = await connection.QueryAsync<(string Asset, string Account, long Amount)>(
                "select asset, account, amount from balance");
            return ToBalances(rows);
        }, cancellationToken);

    public Task<DateTimeOffset?> ReadHeartbeatAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(async connection =>
        {
            var value = await connection.ExecuteScalarAsync<string?>("select value from fact where name = 'heartbeat'");
            return value is null
                ? (DateTimeOffset?)null
                : DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(value, CultureInfo.InvariantCulture));
        }, cancellationToken);

    public async Task<DateTimeOffset?> TakeRestoredFromAsync(CancellationToken cancellationToken)
    {
        // A change answers with something: "" for nothing.
        var value = await _database.ChangeAsync(
            connection => connection.ExecuteScalar<string?>(
                "delete from fact where name = 'copied' returning value") ?? "",
            cancellationToken);
        return value.Length == 0
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(value, CultureInfo.InvariantCulture));
    }

    public Task WriteHeartbeatAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection => connection.Execute(
            "insert or replace into fact (name, value) values ('heartbeat', @value)",
            new { value = at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) }), cancellationToken);

    internal static IReadOnlyList<LedgerBalances> ToBalances(
        IEnumerable<(string Asset, string Account, long Amount)> rows) =>
        [.. rows.GroupBy(row => row.Asset).Select(ToBalances)];

    private static LedgerBalances ToBalances(IGrouping<string, (string Asset, string Account, long Amount)> rows)
    {
        var by = rows.ToDictionary(row => Enum.Parse<LedgerAccount>(row.Account), row => row.Amount);
        return new LedgerBalances(
            AssetText.Parse(rows.Key),
            -by.GetValueOrDefault(LedgerAccount.Received) - by.GetValueOrDefault(LedgerAccount.InDoubt),
            by.GetValueOrDefault(LedgerAccount.Held),
            by.GetValueOrDefault(LedgerAccount.Earned),
            by.GetValueOrDefault(LedgerAccount.Returned),
            by.GetValueOrDefault(LedgerAccount.Credited),
            -by.GetValueOrDefault(LedgerAccount.InDoubt));
    }
}
