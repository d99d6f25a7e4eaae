using Codius.EndToEnd.Hosts;

namespace Codius.Crash.Customers;

/// <summary>What a host's store says of its pods and operations, read by another process.</summary>
internal sealed record StoreView(
    IReadOnlyDictionary<string, string> Operations,
    IReadOnlyDictionary<string, StoreView.Pod> Pods,
    IReadOnlyList<StoreView.Settlement> Settlements)
{
    public static StoreView Read(string path)
    {
        using var connection = HostLedger.Open(path);
        return new StoreView(
            Rows("select token, state from operation", row => (row.GetString(0), row.GetString(1)))
                .ToDictionary(row => row.Item1, row => row.Item2),
            Rows(
                "select manifest_hash, expires_at, paused_until is not null from pod",
                row => new Pod(
                    row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetBoolean(2)))
                .ToDictionary(pod => pod.Hash),
            Rows(
                "select lease_id, earned, unused, reason from settlement",
                row => new Settlement(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3))));

        List<T> Rows<T>(string sql, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> read)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }
    }

    internal sealed record Pod(string Hash, DateTimeOffset ExpiresAt, bool IsPaused);

    internal sealed record Settlement(string Lease, long Earned, long Unused, string Reason);
}
