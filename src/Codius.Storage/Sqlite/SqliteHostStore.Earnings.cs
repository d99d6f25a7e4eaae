using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore : IEarningsStore
{
    private const string AccountColumns = "id, manifest_hash, owner_id, asset, payout";
    private const string PayoutColumns = "id, account_id, pointer, amount, at, state, sent, in_doubt, problem";

    public Task SaveAccountAsync(PodAccount account, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection => WriteAccount(connection, account), cancellationToken);

    public Task<IReadOnlyList<PodAccount>> LoadAccountsWithPayeeAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<PodAccount>>(async connection =>
        {
            var rows = await connection.QueryAsync<AccountRow>(
                $"select {AccountColumns} from pod_account where payout is not null");
            return [.. rows.Select(row => row.ToAccount())];
        }, cancellationToken);

    public Task<IReadOnlyList<PodAccount>> FindAccountsAsync(
        ManifestHash manifest, CapabilityId owner, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<PodAccount>>(async connection =>
        {
            var rows = await connection.QueryAsync<AccountRow>(
                $"""
                select {AccountColumns} from pod_account
                where manifest_hash = @manifest and owner_id = @owner order by asset
                """,
                new { manifest = manifest.Value, owner = owner.Hex });
            return [.. rows.Select(row => row.ToAccount())];
        }, cancellationToken);

    public Task SavePayoutAsync(Payout payout, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection => connection.Execute(
            $"""
            insert into payout ({PayoutColumns})
            values (@Id, @Account, @Pointer, @Amount, @at, @state, @Sent, @InDoubt, @Problem)
            on conflict (id) do update set amount = excluded.amount, state = excluded.state, sent = excluded.sent,
                in_doubt = excluded.in_doubt, problem = excluded.problem
            """,
            new
            {
                payout.Id,
                payout.Account,
                payout.Pointer,
                payout.Amount,
                at = Milliseconds(payout.At),
                state = payout.State.ToString(),
                payout.Sent,
                payout.InDoubt,
                payout.Problem,
            }), cancellationToken);

    public Task<IReadOnlyList<Payout>> LoadUnsettledPayoutsAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<Payout>>(async connection =>
        {
            var rows = await connection.QueryAsync<PayoutRow>(
                $"select {PayoutColumns} from payout where state <> 'Settled' order by at");
            return [.. rows.Select(row => row.ToPayout())];
        }, cancellationToken);

    public Task<IReadOnlyList<Payout>> FindPayoutsAsync(
        string account, int limit, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<Payout>>(async connection =>
        {
            var rows = await connection.QueryAsync<PayoutRow>(
                $"select {PayoutColumns} from payout where account_id = @account order by at desc, id limit @limit",
                new { account, limit });
            return [.. rows.Select(row => row.ToPayout())];
        }, cancellationToken);

    public Task<PayoutSums> SumPayoutsAsync(string account, CancellationToken cancellationToken) =>
        _database.ReadAsync(async connection =>
        {
            var (sent, inDoubt, underWay) = await connection.QueryFirstAsync<(long, long, long)>(
                """
                select coalesce(sum(sent), 0), coalesce(sum(iif(state = 'Settled', in_doubt, 0)), 0),
                    coalesce(sum(iif(state = 'Settled', 0, amount - sent)), 0)
                from payout where account_id = @account
                """,
                new { account });
            return new PayoutSums(sent, inDoubt, underWay);
        }, cancellationToken);

    private static int WriteAccount(SqliteConnection connection, PodAccount account) => connection.Execute(
        """
        insert into pod_account (id, manifest_hash, owner_id, asset, payout)
        values (@Id, @manifest, @owner, @asset, @Payout)
        on conflict (id) do update set payout = coalesce(excluded.payout, payout)
        """,
        new
        {
            account.Id,
            manifest = account.Manifest.Value,
            owner = account.Owner?.Hex,
            asset = account.Asset.ToString(),
            account.Payout,
        });

    private sealed class AccountRow
    {
        public string Id { get; init; } = "";

        public string ManifestHash { get; init; } = "";

        public string? OwnerId { get; init; }

        public string Asset { get; init; } = "";

        public string? Payout { get; init; }

        public PodAccount ToAccount() => new(
            Id, HashOf(ManifestHash), OwnerId is null ? null : new CapabilityId(OwnerId), AssetText.Parse(Asset),
            Payout);
    }

    private sealed class PayoutRow
    {
        public string Id { get; init; } = "";

        public string AccountId { get; init; } = "";

        public string Pointer { get; init; } = "";

        public long Amount { get; init; }

        public long At { get; init; }

        public string State { get; init; } = "";

        public long Sent { get; init; }

        public long InDoubt { get; init; }

        public string? Problem { get; init; }

        public Payout ToPayout() => new(
            Id, AccountId, Pointer, Amount, Time(At), Enum.Parse<PayoutState>(State), Sent, InDoubt, Problem);
    }
}
