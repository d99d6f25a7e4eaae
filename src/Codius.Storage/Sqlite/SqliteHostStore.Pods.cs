using System.Globalization;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task<IReadOnlyList<PodRecord>> LoadPodsAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<PodRecord>>(async connection =>
        {
            var rows = await connection.QueryAsync<PodRow>(
                """
                select manifest_hash, pod_id, manifest_json, sealed_private, started_at, expires_at, owner_id,
                    paused_until, limits from pod
                """);
            return [.. rows.Select(row => row.ToRecord())];
        }, cancellationToken);

    public Task<IReadOnlyList<Lease>> LoadLeasesAsync(ManifestHash manifest, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<Lease>>(
            connection => Task.FromResult<IReadOnlyList<Lease>>(
                [.. Leases(connection, manifest).Select(row => row.ToLease())]),
            cancellationToken);

    public Task ResumePodAsync(
        ManifestHash manifest, PodId id, TimeSpan outage, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            var moved = long.Max(0, Milliseconds(at) - Milliseconds(at - outage));
            var parameters = new
            {
                manifest = manifest.Value,
                id = id.Value,
                outage = moved,
                lastAlive = Milliseconds(at) - moved,
            };
            var (wasPaused, goesOn) = connection.QuerySingleOrDefault<(bool, bool)>(
                "select paused_until is not null, pod_id = @id from pod where manifest_hash = @manifest", parameters);
            connection.Execute(
                """
                update pod set pod_id = @id, expires_at = expires_at + iif(expires_at > @lastAlive, @outage, 0)
                where manifest_hash = @manifest
                """,
                parameters);
            PodChanges.Write(
                connection,
                manifest,
                goesOn ? null : wasPaused ? PodState.Paused : PodState.Away,
                goesOn ? null : wasPaused ? PodState.Paused : PodState.Running,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(goesOn ? "the clock was set forward by" : "it was started again after")} {moved / 1000} s"),
                hasMoneyMoved: false,
                at);
            return connection.Execute(
                "update lease set ends_at = ends_at + @outage where manifest_hash = @manifest and ends_at > @lastAlive",
                parameters);
        }, cancellationToken);

    public Task NotePodChangeAsync(
        ManifestHash manifest,
        PodState from,
        PodState to,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        _database.ChangeAsync(
            connection =>
            {
                PodChanges.Write(connection, manifest, from, to, reason, hasMoneyMoved: false, at);
                PodChanges.Prune(connection, manifest);
                return true;
            },
            cancellationToken);

    private static void WritePod(SqliteConnection connection, Purchase purchase)
    {
        if (purchase.Pod is not { } pod)
        {
            var extended = connection.Execute(
                """
                update pod set paused_until = null, expires_at = max(
                    @expires, coalesce((select max(ends_at) from lease where manifest_hash = @manifest), 0))
                where manifest_hash = @manifest
                """,
                new { expires = Milliseconds(purchase.Lease.EndsAt), manifest = purchase.Manifest.Value });
            if (extended == 0)
                throw new InvalidOperationException($"There is no pod {purchase.Manifest} to extend.");
            return;
        }

        var started = connection.Execute(
            """
            insert into pod (manifest_hash, pod_id, manifest_json, sealed_private, started_at, expires_at, owner_id,
                limits)
            values (@manifest, @id, @ManifestJson, @SealedPrivate, @started, @expires, @owner, @limits)
            on conflict (manifest_hash) do nothing
            """,
            new
            {
                manifest = pod.Manifest.Value,
                id = pod.Id.Value,
                pod.ManifestJson,
                pod.SealedPrivate,
                started = Milliseconds(pod.StartedAt),
                expires = Milliseconds(pod.ExpiresAt),
                owner = pod.Owner?.Hex,
                limits = pod.Limits?.ToText(),
            });
        if (started == 0)
            throw new InvalidOperationException($"There is a pod {pod.Manifest} already.");
    }

    private static IEnumerable<LeaseRow> Leases(SqliteConnection connection, ManifestHash manifest) =>
        connection.Query<LeaseRow>(
            """
            select id, asset, price, bought_seconds, ends_at, credit_id, capability_id, pay_tag from lease
            where manifest_hash = @manifest order by ends_at
            """,
            new { manifest = manifest.Value });

    private static ManifestHash HashOf(string text) => ManifestHash.TryParse(text, out var hash)
        ? hash
        : throw new InvalidDataException($"The store names a pod that is no manifest hash: {text}");

    private sealed class LeaseRow
    {
        public string Id { get; init; } = "";

        public string Asset { get; init; } = "";

        public long Price { get; init; }

        public long BoughtSeconds { get; init; }

        public long EndsAt { get; init; }

        public string CreditId { get; init; } = "";

        public string? CapabilityId { get; init; }

        public string PayTag { get; init; } = "";

        public Lease ToLease() => new(Id, AssetText.Parse(Asset), Price, BoughtSeconds, Time(EndsAt));
    }

    private sealed class PodRow
    {
        public string ManifestHash { get; init; } = "";

        public string PodId { get; init; } = "";

        public string ManifestJson { get; init; } = "";

        public byte[]? SealedPrivate { get; init; }

        public long StartedAt { get; init; }

        public long ExpiresAt { get; init; }

        public string? OwnerId { get; init; }

        public long? PausedUntil { get; init; }

        public string? Limits { get; init; }

        public PodRecord ToRecord() => new(
            HashOf(ManifestHash),
            new PodId(PodId),
            ManifestJson,
            SealedPrivate,
            Time(StartedAt),
            Time(ExpiresAt),
            OwnerId is null ? null : new CapabilityId(OwnerId),
            PausedUntil is { } until ? Time(until) : null,
            ResourceLimits.TryParse(Limits, out var limits) ? limits : null);
    }
}
