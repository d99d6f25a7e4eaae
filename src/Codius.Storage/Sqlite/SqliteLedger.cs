using System.Globalization;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

/// <summary>
/// Reads the books of a store, beside the host that has it open or from a copy, and changes nothing. All that one
/// instance reads is of one moment.
/// </summary>
public sealed partial class SqliteLedger : IAsyncDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _moment;

    private SqliteLedger(SqliteConnection connection, SqliteTransaction moment) =>
        (_connection, _moment) = (connection, moment);

    /// <exception cref="InvalidDataException">It is no store, or one of another version.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static async Task<SqliteLedger> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(path, cancellationToken);
        try
        {
            // Nothing is read before the first query, which is here.
            var moment = connection.BeginTransaction(deferred: true);
            var version = await connection.ExecuteScalarAsync<int>("pragma user_version", transaction: moment);
            if (version == Migrations.Newest)
                return new SqliteLedger(connection, moment);
            throw new InvalidDataException(
                $"{path} has schema {version} and this program reads {Migrations.Newest}: "
                + (version < Migrations.Newest ? "start codiusd with it once" : "use the newer program"));
        }
        catch (SqliteException e)
        {
            await connection.DisposeAsync();
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Writes the whole store, as it is at this moment, to a file that is not there yet. What the host does goes on.
    /// </summary>
    public static async Task BackUpAsync(
        string path, string copy, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (File.Exists(copy))
            throw new IOException($"{copy} is there already");
        // A copy has its name when it is whole, and says of itself that it is one.
        var draft = copy + ".new";
        File.Delete(draft);
        await using (var connection = await ConnectAsync(path, cancellationToken))
            await connection.ExecuteAsync("vacuum into @draft", new { draft });
        await using (var copied = new SqliteConnection($"Data Source={draft};Pooling=False"))
        {
            await copied.OpenAsync(cancellationToken);
            await copied.ExecuteAsync(
                "insert or replace into fact (name, value) values ('copied', @value)",
                new { value = at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) });
        }

        File.Move(draft, copy);
    }

    public async ValueTask DisposeAsync()
    {
        await _moment.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>The entries in the order in which they were written.</summary>
    public IEnumerable<LedgerLine> ReadEntries(LedgerFilter filter)
    {
        var rows = _connection.Query<PostingRow>(
            $"""
            select id, key, at, asset, subject, pod, reason, account, amount
            from entry join posting on entry_id = id
            where {Condition(filter, "pod")} and (@asset is null or asset = @asset)
            order by id, account
            """,
            Parameters(filter),
            _moment,
            buffered: false);
        var postings = new List<PostingRow>();
        foreach (var row in rows)
        {
            if (postings.Count > 0 && postings[0].Id != row.Id)
            {
                yield return ToLine(postings);
                postings.Clear();
            }

            postings.Add(row);
        }

        if (postings.Count > 0)
            yield return ToLine(postings);
    }

    /// <summary>What happened to pods, in the order of each and nearly that of all: to the millisecond.</summary>
    public IEnumerable<PodChange> ReadPodChanges(LedgerFilter filter) => _connection.Query<ChangeRow>(
        $"""
        select at, manifest_hash, pod_id, from_state, to_state, reason, money_moved from pod_change
        where {Condition(filter, "manifest_hash")} order by id, manifest_hash
        """,
        Parameters(filter),
        _moment,
        buffered: false).Select(row => row.ToChange());

    /// <summary>What was earned on each day, UTC, the first first.</summary>
    public IReadOnlyList<DailyEarnings> ReadEarnings(LedgerFilter filter) =>
        [.. _connection.Query<(string Day, string Asset, long Amount)>(
            $"""
            select date(at / 1000, 'unixepoch') as day, asset, sum(amount)
            from entry join posting on entry_id = id
            where account = 'Earned' and {Condition(filter, "pod")} and (@asset is null or asset = @asset)
            group by day, asset order by day, asset
            """,
            Parameters(filter),
            _moment).Select(row => new DailyEarnings(
                DateOnly.ParseExact(row.Day, "yyyy-MM-dd", CultureInfo.InvariantCulture),
                AssetText.Parse(row.Asset),
                row.Amount))];

    /// <summary>The balances as they are now, from the postings themselves.</summary>
    public IReadOnlyList<LedgerBalances> ReadBalances() =>
        SqliteHostStore.ToBalances(_connection.Query<(string Asset, string Account, long Amount)>(
            "select asset, account, sum(amount) from entry join posting on entry_id = id group by asset, account",
            transaction: _moment));

    private static async Task<SqliteConnection> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        SqliteLibrary.EnsureBound();
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no store {path}", path);
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("pragma busy_timeout = 5000");
            return connection;
        }
        catch (SqliteException e)
        {
            await connection.DisposeAsync();
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static string Condition(LedgerFilter filter, string pod) => string.Join(
        " and ",
        filter.From is null ? "true" : "at >= @from",
        filter.To is null ? "true" : "at < @to",
        filter.Pod is null ? "true" : pod + " = @manifest");

    private static object Parameters(LedgerFilter filter) => new
    {
        from = filter.From?.ToUnixTimeMilliseconds(),
        to = filter.To?.ToUnixTimeMilliseconds(),
        asset = filter.Asset,
        manifest = filter.Pod?.Value,
    };

    private static LedgerLine ToLine(List<PostingRow> rows)
    {
        var first = rows[0];
        var entry = new LedgerEntry(
            first.Key,
            DateTimeOffset.FromUnixTimeMilliseconds(first.At),
            AssetText.Parse(first.Asset),
            [.. rows.Select(row => new LedgerPosting(Enum.Parse<LedgerAccount>(row.Account), row.Amount))],
            first.Subject,
            first.Reason)
        {
            Pod = ManifestHash.TryParse(first.Pod, out var pod) ? pod : null,
        };
        return new LedgerLine(first.Id, entry);
    }

    private sealed class PostingRow
    {
        public long Id { get; init; }

        public string Key { get; init; } = "";

        public long At { get; init; }

        public string Asset { get; init; } = "";

        public string Subject { get; init; } = "";

        public string? Pod { get; init; }

        public string Reason { get; init; } = "";

        public string Account { get; init; } = "";

        public long Amount { get; init; }
    }

    private sealed class ChangeRow
    {
        public long At { get; init; }

        public string ManifestHash { get; init; } = "";

        public string PodId { get; init; } = "";

        public string FromState { get; init; } = "";

        public string ToState { get; init; } = "";

        public string Reason { get; init; } = "";

        public bool MoneyMoved { get; init; }

        public PodChange ToChange() => new(
            DateTimeOffset.FromUnixTimeMilliseconds(At),
            Core.Manifests.ManifestHash.TryParse(ManifestHash, out var hash) ? hash : default,
            PodId,
            FromState,
            ToState,
            Reason,
            MoneyMoved);
    }
}
