using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task<PodSettlement> PausePodAsync(
        ManifestHash manifest,
        DateTimeOffset until,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            var settlement = SettleAll(connection, manifest, reason, at);
            Note(connection, manifest, PodState.Paused, reason, settlement.Leases, at);
            connection.Execute(
                "update pod set paused_until = @until where manifest_hash = @manifest",
                new { until = Milliseconds(until), manifest = manifest.Value });
            return settlement;
        }, cancellationToken);

    public Task<PodSettlement> EndPodAsync(
        ManifestHash manifest, string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            var settlement = SettleAll(connection, manifest, reason, at);
            Note(connection, manifest, PodState.Ended, reason, settlement.Leases, at);
            connection.Execute("delete from pod where manifest_hash = @manifest", new { manifest = manifest.Value });
            return settlement;
        }, cancellationToken);

    public async Task<LeaseWithdrawal?> WithdrawAsync(
        ManifestHash manifest,
        CapabilityId capability,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var withdrawn = await _database.ChangeAsync(
            connection => new Withdrawn(Withdraw(connection, manifest, capability, reason, at)), cancellationToken);
        return withdrawn.Value;
    }

    public Task<IReadOnlyList<LeaseSettlement>> FindSettlementsAsync(
        ManifestHash manifest, CapabilityId capability, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<LeaseSettlement>>(async connection =>
        {
            var rows = await connection.QueryAsync<SettlementRow>(
                """
                select lease_id, manifest_hash, capability_id, credit_id, asset, earned, unused, returned, pay_tag,
                    ended_at, reason
                from settlement where capability_id = @capability and manifest_hash = @manifest
                order by ended_at desc, lease_id
                """,
                new { capability = capability.Hex, manifest = manifest.Value });
            return [.. rows.Select(row => row.ToSettlement())];
        }, cancellationToken);

    private static PodSettlement SettleAll(
        SqliteConnection connection, ManifestHash manifest, string reason, DateTimeOffset at) =>
        new([.. Leases(connection, manifest).ToList().Select(row => Settle(connection, manifest, row, reason, at))]);

    // From the last to the first: a lease that goes moves only those behind it.
    private static LeaseWithdrawal? Withdraw(
        SqliteConnection connection, ManifestHash manifest, CapabilityId capability, string reason, DateTimeOffset at)
    {
        var own = Leases(connection, manifest).Where(row => row.CapabilityId == capability.Hex).Reverse().ToList();
        if (own.Count == 0)
            return null;
        var settled = new List<LeaseSettlement>();
        foreach (var row in own)
        {
            settled.Add(Settle(connection, manifest, row, reason, at));
            var left = Math.Clamp(row.EndsAt - Milliseconds(at), 0, row.BoughtSeconds * 1000);
            connection.Execute(
                "update lease set ends_at = ends_at - @left where manifest_hash = @manifest and ends_at > @EndsAt",
                new { left, manifest = manifest.Value, row.EndsAt });
        }

        Note(connection, manifest, to: null, reason, settled, at);
        // With no time left at all its end is now.
        var expires = connection.ExecuteScalar<long>(
            """
            update pod set expires_at = coalesce(
                (select max(ends_at) from lease where manifest_hash = @manifest), min(expires_at, @at))
            where manifest_hash = @manifest returning expires_at
            """,
            new { manifest = manifest.Value, at = Milliseconds(at) });
        return new LeaseWithdrawal(new PodSettlement(settled), Time(expires));
    }

    // What was served is the host's; the rest is the payer's again.
    private static LeaseSettlement Settle(
        SqliteConnection connection, ManifestHash manifest, LeaseRow row, string reason, DateTimeOffset at)
    {
        var lease = row.ToLease();
        var earned = lease.EarnedAt(at);
        var unused = lease.Price - earned;
        Journal.Write(connection, new LedgerEntry(
            "settled:" + lease.Id,
            at,
            lease.Asset,
            [
                new(LedgerAccount.Held, -lease.Price),
                new(LedgerAccount.Earned, earned),
                new(LedgerAccount.Credited, unused),
            ],
            lease.Id,
            reason)
        {
            Pod = manifest,
        });
        Journal.AddToCredit(connection, row.CreditId, lease.Asset, unused);
        var settlement = new LeaseSettlement(
            lease.Id, manifest, row.CapabilityId is { } id ? new CapabilityId(id) : null, new CreditId(row.CreditId),
            lease.Asset, earned, unused, Returned: 0, row.PayTag, at, reason);
        Write(connection, settlement);
        connection.Execute(
            "delete from lease where manifest_hash = @manifest and ends_at = @EndsAt and id = @Id",
            new { manifest = manifest.Value, row.EndsAt, row.Id });
        return settlement;
    }

    private static void Note(
        SqliteConnection connection,
        ManifestHash manifest,
        PodState? to,
        string reason,
        IEnumerable<LeaseSettlement> settled,
        DateTimeOffset at) => PodChanges.Write(
            connection, manifest, from: null, to, reason, settled.Any(lease => lease.Earned + lease.Unused > 0), at);

    private static void Write(SqliteConnection connection, LeaseSettlement settlement) => connection.Execute(
        """
        insert into settlement
            (lease_id, manifest_hash, capability_id, credit_id, asset, earned, unused, pay_tag, ended_at, reason)
        values (@LeaseId, @manifest, @capability, @credit, @asset, @Earned, @Unused, @Tag, @endedAt, @Reason)
        """,
        new
        {
            settlement.LeaseId,
            manifest = settlement.Manifest.Value,
            capability = settlement.Capability?.Hex,
            credit = settlement.Credit.Hex,
            asset = settlement.Asset.ToString(),
            settlement.Earned,
            settlement.Unused,
            settlement.Tag,
            endedAt = Milliseconds(settlement.EndedAt),
            settlement.Reason,
        });

    /// <summary>A change answers with something; this is nothing as well.</summary>
    private sealed record Withdrawn(LeaseWithdrawal? Value);

    private sealed class SettlementRow
    {
        public string LeaseId { get; init; } = "";

        public string ManifestHash { get; init; } = "";

        public string? CapabilityId { get; init; }

        public string CreditId { get; init; } = "";

        public string Asset { get; init; } = "";

        public long Earned { get; init; }

        public long Unused { get; init; }

        public long Returned { get; init; }

        public string PayTag { get; init; } = "";

        public long EndedAt { get; init; }

        public string Reason { get; init; } = "";

        public LeaseSettlement ToSettlement() => new(
            LeaseId, HashOf(ManifestHash), CapabilityId is null ? null : new CapabilityId(CapabilityId),
            new CreditId(CreditId), AssetText.Parse(Asset), Earned, Unused, Returned, PayTag, Time(EndedAt), Reason);
    }
}
