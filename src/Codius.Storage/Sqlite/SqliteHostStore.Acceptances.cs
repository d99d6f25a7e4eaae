using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task ConfirmAcceptancesAsync(
        IReadOnlyCollection<string> packetKeys, CancellationToken cancellationToken) =>
        _database.ChangeAsync(
            connection => connection.Execute(
                "delete from acceptance where packet_key = @key", packetKeys.Select(key => new { key })),
            cancellationToken);

    public Task<int> DoubtAcceptancesAsync(
        IReadOnlyCollection<string> packetKeys,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        _database.ChangeAsync(
            connection => packetKeys.Sum(key => Doubt(
                connection,
                connection.Query<AcceptanceRow>(SelectAcceptances + " where packet_key = @key", new { key }),
                reason,
                at)),
            cancellationToken);

    public Task<int> DoubtOpenAcceptancesAsync(
        string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(
            connection => Doubt(connection, connection.Query<AcceptanceRow>(SelectAcceptances), reason, at),
            cancellationToken);

    private const string SelectAcceptances = "select packet_key, token, asset, amount, pod from acceptance";

    private static int Doubt(
        SqliteConnection connection, IEnumerable<AcceptanceRow> rows, string reason, DateTimeOffset at)
    {
        var doubted = rows.ToList();
        foreach (var row in doubted)
        {
            Journal.Write(connection, new LedgerEntry(
                "in-doubt:" + row.PacketKey, at, AssetText.Parse(row.Asset), LedgerAccount.InDoubt,
                LedgerAccount.Received, row.Amount, row.Token, reason)
            {
                Pod = row.Pod is null ? null : HashOf(row.Pod),
            });
            connection.Execute("delete from acceptance where packet_key = @PacketKey", new { row.PacketKey });
        }

        return doubted.Count;
    }

    private static void WriteAcceptance(
        SqliteConnection connection,
        string packetKey,
        PayToken token,
        Asset asset,
        long amount,
        ManifestHash? manifest) => connection.Execute(
            "insert into acceptance (packet_key, token, asset, amount, pod) values (@packetKey, @t, @a, @amount, @m)",
            new { packetKey, t = token.Hex, a = asset.ToString(), amount, m = manifest?.Value });

    private sealed class AcceptanceRow
    {
        public string PacketKey { get; init; } = "";

        public string Token { get; init; } = "";

        public string Asset { get; init; } = "";

        public long Amount { get; init; }

        public string? Pod { get; init; }
    }
}
