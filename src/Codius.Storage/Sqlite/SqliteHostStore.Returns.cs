using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task<bool> BeginReturnAsync(MoneyReturn money, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            if (!Journal.TakeFromCredit(connection, money.Credit, money.Asset, money.Amount))
                return false;
            Journal.Write(connection, new LedgerEntry(
                "return:" + money.Token.Hex, money.At, money.Asset, LedgerAccount.Credited, LedgerAccount.Returned,
                money.Amount, money.Token.Hex, "sent back")
            {
                Pod = PodOfLease(connection, money.Token.Hex),
            });
            connection.Execute(
                "insert into open_return (token, credit_id, asset, amount) values (@token, @credit, @asset, @Amount)",
                new
                {
                    token = money.Token.Hex,
                    credit = money.Credit.Hex,
                    asset = money.Asset.ToString(),
                    money.Amount,
                });
            return true;
        }, cancellationToken);

    public Task SettleReturnAsync(
        PayToken token, long arrived, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            var row = connection.QueryFirstOrDefault<ReturnRow>(
                "select token, credit_id, asset, amount from open_return where token = @token",
                new { token = token.Hex });
            if (row is not null)
                SettleReturn(connection, row, arrived, "did not arrive in time, and is a credit again", at);
            return row is not null;
        }, cancellationToken);

    public Task<int> SettleOpenReturnsAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            var rows = connection.Query<ReturnRow>("select token, credit_id, asset, amount from open_return").ToList();
            foreach (var row in rows)
            {
                SettleReturn(
                    connection,
                    row,
                    arrived: 0,
                    "in doubt: the host ended while it was sent back; credited at the host's risk",
                    at);
            }

            return rows.Count;
        }, cancellationToken);

    private static void SettleReturn(
        SqliteConnection connection, ReturnRow row, long arrived, string reason, DateTimeOffset at)
    {
        var asset = AssetText.Parse(row.Asset);
        var kept = row.Amount - Math.Clamp(arrived, 0, row.Amount);
        Journal.Write(connection, new LedgerEntry(
            "unreturned:" + row.Token, at, asset, LedgerAccount.Returned, LedgerAccount.Credited, kept, row.Token,
            reason)
        {
            Pod = PodOfLease(connection, row.Token),
        });
        Journal.AddToCredit(connection, row.CreditId, asset, kept);
        connection.Execute(
            "update settlement set returned = returned + @returned where lease_id = @Token",
            new { returned = row.Amount - kept, row.Token });
        connection.Execute("delete from open_return where token = @Token", new { row.Token });
    }

    private static ManifestHash? PodOfLease(SqliteConnection connection, string lease) =>
        connection.ExecuteScalar<string?>(
            "select manifest_hash from settlement where lease_id = @lease", new { lease }) is { } manifest
            ? HashOf(manifest)
            : null;

    private sealed class ReturnRow
    {
        public string Token { get; init; } = "";

        public string CreditId { get; init; } = "";

        public string Asset { get; init; } = "";

        public long Amount { get; init; }
    }
}
