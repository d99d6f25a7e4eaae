using System.Text;
using Codius.Core.Ledger;
using Codius.Storage.Sqlite;
using Codius.Storage.Tests.Contract;
using Codius.Testing.Processes;
using Dapper;
using Microsoft.Data.Sqlite;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Sqlite;

public sealed class SqliteOpeningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory["host.db"];

    // Tests here open files by themselves, perhaps before any store has bound the driver.
    public SqliteOpeningTests() => _ = new SqliteHostStore(Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_store_of_a_newer_program_is_refused_and_left_alone()
    {
        await OpenAndCloseAsync();
        await using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
            await connection.ExecuteAsync("pragma user_version = 999");

        (await Should.ThrowAsync<InvalidOperationException>(OpenAndCloseAsync()))
            .Message.ShouldContain("schema 999, newer than this program's");

        await using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
            (await connection.ExecuteScalarAsync<int>("pragma user_version")).ShouldBe(999);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(100_000)]
    public async Task A_file_that_is_no_store_is_refused_and_left_alone(int length)
    {
        var garbage = new byte[length];
        new Random(length).NextBytes(garbage);
        await File.WriteAllBytesAsync(Path, garbage);

        (await Should.ThrowAsync<InvalidDataException>(OpenAndCloseAsync())).Message.ShouldContain(Path);

        (await File.ReadAllBytesAsync(Path)).ShouldBe(garbage);
    }

    [Fact]
    public async Task A_store_whose_first_page_is_damaged_is_refused()
    {
        await OpenAndCloseAsync();
        var bytes = await File.ReadAllBytesAsync(Path);
        bytes.AsSpan(100, 3000).Fill(0xa5);
        await File.WriteAllBytesAsync(Path, bytes);

        (await Should.ThrowAsync<InvalidDataException>(OpenAndCloseAsync())).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task A_store_in_a_directory_that_is_not_there_is_refused()
    {
        var store = new SqliteHostStore(_directory["missing/host.db"]);

        await Should.ThrowAsync<DirectoryNotFoundException>(store.OpenAsync(CancellationToken.None));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_store_is_opened_once_at_a_time()
    {
        await using (var first = new SqliteHostStore(Path))
        {
            await first.OpenAsync(CancellationToken.None);

            (await Should.ThrowAsync<IOException>(OpenAndCloseAsync())).Message.ShouldContain("another process");
            (await first.CommitAsync(Start(1), CancellationToken.None)).ShouldBeTrue();
        }

        await OpenAndCloseAsync();
    }

    [Fact]
    public async Task A_store_is_free_again_when_the_process_that_had_it_is_killed()
    {
        await using var writer = RunningProgram.Start(SqliteCrashTests.WriterOf(Path, 0));
        await writer.WaitForLineAsync(_ => true);
        await Should.ThrowAsync<IOException>(OpenAndCloseAsync());

        await writer.KillAsync();

        await OpenAndCloseAsync();
    }

    [Fact]
    public async Task A_store_that_was_never_opened_can_be_closed()
    {
        await new SqliteHostStore(Path).DisposeAsync();

        File.Exists(Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_can_be_closed_twice()
    {
        var store = new SqliteHostStore(Path);
        await store.OpenAsync(CancellationToken.None);

        await store.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_private_values_of_a_pod_that_has_ended_are_no_longer_in_the_file()
    {
        var secret = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("sealed private values ", 1000)));
        await using (var store = new SqliteHostStore(Path))
        {
            await store.OpenAsync(CancellationToken.None);
            var pod = Start(1).Pod! with { SealedPrivate = secret };
            await store.CommitAsync(Start(1) with { Pod = pod }, CancellationToken.None);
        }

        HoldsPrivateValues().ShouldBeTrue();
        await using (var store = new SqliteHostStore(Path))
        {
            await store.OpenAsync(CancellationToken.None);
            await store.EndPodAsync(Manifest(1), "ended", Noon, CancellationToken.None);
        }

        HoldsPrivateValues().ShouldBeFalse();
    }

    [Fact]
    public async Task The_journal_is_only_added_to()
    {
        await using var store = new SqliteHostStore(Path);
        await store.OpenAsync(CancellationToken.None);
        await store.CommitAsync(Start(1), CancellationToken.None);
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");

        foreach (var sql in new[]
        {
            "update entry set at = 1", "delete from entry", "update posting set amount = 1", "delete from posting",
        })
        {
            (await Should.ThrowAsync<SqliteException>(connection.ExecuteAsync(sql)))
                .Message.ShouldContain("the journal is only added to");
        }
    }

    [Fact]
    public async Task A_store_from_before_there_were_capabilities_is_brought_up_to_date()
    {
        await using (var old = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            await old.OpenAsync();
            foreach (var script in new[] { "001_host.sql", "002_returns.sql" })
                await old.ExecuteAsync(await ReadScriptAsync(script));
            await old.ExecuteAsync(
                """
                insert into pod (manifest_hash, pod_id, manifest_json, started_at, expires_at)
                values (@hash, 'old', '{"manifest":{}}', @noon, @end);
                insert into lease (id, manifest_hash, asset, price, bought_seconds, ends_at, credit_id)
                values ('old lease', @hash, 'XRP/9', 1000, 3600, @end, @credit);
                insert into entry (key, at, asset, from_account, to_account, amount, subject, reason)
                values ('packet:old', @noon, 'XRP/9', 'Received', 'Held', 1000, 'old lease', 'the price of a lease');
                pragma user_version = 2;
                """,
                new
                {
                    hash = Manifest(1).Value,
                    noon = Noon.ToUnixTimeMilliseconds(),
                    end = Noon.AddHours(1).ToUnixTimeMilliseconds(),
                    credit = Credit(1).Hex,
                });
        }

        await using var store = new SqliteHostStore(Path);
        await store.OpenAsync(CancellationToken.None);
        var pod = (await store.LoadPodsAsync(CancellationToken.None)).ShouldHaveSingleItem();
        (pod.Owner, pod.PausedUntil).ShouldBe((null, null));
        (await store.WithdrawAsync(Manifest(1), Capability(1), "", Noon, CancellationToken.None)).ShouldBeNull();
        (await store.EndPodAsync(Manifest(1), "ended", Noon.AddMinutes(30), CancellationToken.None))
            .Credited.ShouldBe(500);
        (await SqliteAudit.ReadAsync(Path)).ShouldBalance();
        await using var ledger = await SqliteLedger.OpenAsync(Path, CancellationToken.None);
        ledger.ReadEntries(new LedgerFilter(Pod: Manifest(1))).Select(line => line.Entry.Key)
            .ShouldBe(["packet:old", "settled:old lease"]);
    }

    [Fact]
    public async Task What_happened_to_pods_before_keeps_its_order_and_stands_before_what_happens_next()
    {
        await using (var store = new SqliteHostStore(Path))
        {
            await store.OpenAsync(CancellationToken.None);
            await store.CommitAsync(Start(1), CancellationToken.None);
        }

        await using (var old = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            await old.ExecuteAsync("drop table pod_change");
            var ledger = await ReadScriptAsync("006_ledger.sql");
            await old.ExecuteAsync(ledger[ledger.IndexOf("create table pod_change", StringComparison.Ordinal)..]);
            await old.ExecuteAsync(
                """
                insert into pod_change (at, manifest_hash, pod_id, from_state, to_state, reason, money_moved)
                values (9000, @hash, 'a', 'Starting', 'Running', 'one', 1),
                    (8000, @hash, 'a', 'Running', 'Paused', 'two', 1);
                pragma user_version = 8;
                """,
                new { hash = Manifest(1).Value });
        }

        await using (var store = new SqliteHostStore(Path))
        {
            await store.OpenAsync(CancellationToken.None);
            await store.EndPodAsync(Manifest(1), "three", Noon, CancellationToken.None);
        }

        await using var now = await SqliteLedger.OpenAsync(Path, CancellationToken.None);
        now.ReadPodChanges(new LedgerFilter()).Select(change => (change.From, change.Reason)).ShouldBe(
            [("Starting", "one"), ("Running", "two"), ("Paused", "three")]);
    }

    private static async Task<string> ReadScriptAsync(string name)
    {
        var assembly = typeof(SqliteHostStore).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("Codius.Storage.Sql." + name)!);
        return await reader.ReadToEndAsync();
    }

    private bool HoldsPrivateValues() => Directory.GetFiles(_directory.Path)
        .Any(file => File.ReadAllBytes(file).AsSpan().IndexOf("private values"u8) >= 0);

    private async Task OpenAndCloseAsync()
    {
        await using var store = new SqliteHostStore(Path);
        await store.OpenAsync(CancellationToken.None);
    }
}
