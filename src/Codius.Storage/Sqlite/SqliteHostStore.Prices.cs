using Codius.Core.Money;
using Dapper;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task TellPriceAsync(ToldPrice price, DateTimeOffset now, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            connection.Execute("delete from told_price where until < @now", new { now = Milliseconds(now) });
            return connection.Execute(
                """
                insert into told_price (machine, asset, cost_per_month, until) values (@Machine, @asset, @cost, @until)
                on conflict (machine, asset, cost_per_month) do update set until = max(until, excluded.until)
                """,
                new
                {
                    price.Machine,
                    asset = price.Asset?.ToString() ?? "",
                    cost = price.CostPerMonth.ToString(),
                    until = Milliseconds(price.Until),
                });
        }, cancellationToken);

    public Task<IReadOnlyList<ToldPrice>> LoadToldPricesAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<ToldPrice>>(async connection =>
        {
            var rows = await connection.QueryAsync<(string Machine, string Asset, string Cost, long Until)>(
                "select machine, asset, cost_per_month, until from told_price");
            return [.. rows.Select(row => new ToldPrice(
                row.Machine,
                row.Asset.Length == 0 ? null : AssetText.Parse(row.Asset),
                Cost(row.Cost),
                Time(row.Until)))];
        }, cancellationToken);

    private static Rational Cost(string text) => Rational.TryParse(text, out var cost)
        ? cost
        : throw new InvalidDataException($"The store has a price that is no number: {text}");
}
