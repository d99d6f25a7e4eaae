using Codius.Core.Manifests;
using Codius.Core.Pods;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>Writes what happened to pods, inside the caller's transaction.</summary>
internal static class PodChanges
{
    // A container that ends each minute must not fill the disk.
    private const int MostWithoutMoney = 200;

    /// <summary>
    /// Notes a change of a pod that is in the store. Where it is not said how the pod was before, it was as the last
    /// change left it; a null for what it is now means that it stays so.
    /// </summary>
    public static void Write(
        SqliteConnection connection,
        ManifestHash manifest,
        PodState? from,
        PodState? to,
        string reason,
        bool hasMoneyMoved,
        DateTimeOffset at) => connection.Execute(
            """
            insert into pod_change (manifest_hash, id, at, pod_id, from_state, to_state, reason, money_moved)
            select pod.manifest_hash, max(@at * 1000, coalesce(last.id + 1, 0)), @at, pod.pod_id,
                coalesce(@from, last.to_state, 'Running'), coalesce(@to, @from, last.to_state, 'Running'),
                @reason, @hasMoneyMoved
            from pod left join pod_change as last on last.manifest_hash = pod.manifest_hash and last.id = (
                select max(id) from pod_change where pod_change.manifest_hash = pod.manifest_hash)
            where pod.manifest_hash = @manifest
            """,
            new
            {
                at = at.ToUnixTimeMilliseconds(),
                manifest = manifest.Value,
                from = from?.ToString(),
                to = to?.ToString(),
                reason,
                hasMoneyMoved,
            });

    public static void Prune(SqliteConnection connection, ManifestHash manifest) => connection.Execute(
        """
        delete from pod_change where manifest_hash = @manifest and money_moved = 0 and id <= (
            select id from pod_change where manifest_hash = @manifest and money_moved = 0
            order by id desc limit 1 offset @MostWithoutMoney)
        """,
        new { manifest = manifest.Value, MostWithoutMoney });
}
