using Codius.Core.Ledger;
using Codius.Core.Pods;
using Codius.Storage.Sqlite;
using Codius.Testing.Processes;
using Dapper;
using Microsoft.Data.Sqlite;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Sqlite;

/// <summary>The books as others than the host see them.</summary>
public sealed class SqliteLedgerTests : IAsyncLifetime
{
    private const string DropTriggers = """
        drop trigger entry_is_not_changed; drop trigger entry_is_not_deleted;
        drop trigger posting_is_not_changed; drop trigger posting_is_not_deleted;
        drop trigger entry_is_closed; drop trigger entry_balances;
        """;

    private readonly TemporaryDirectory _directory = new();
    private SqliteHostStore _store = null!;

    private string Path => _directory["host.db"];

    public async ValueTask InitializeAsync()
    {
        _store = new SqliteHostStore(Path);
        await _store.OpenAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_purchase_is_one_entry_that_makes_up_zero()
    {
        await _store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);
        await _store.CommitAsync(Start(1).Paid(1000, packet: 750, credit: 300), CancellationToken.None);
        await using var ledger = await OpenAsync();
        var lines = ledger.ReadEntries(new LedgerFilter()).ToList();
        lines.Select(line => line.Number).ShouldBe([1, 2]);
        lines[1].Entry.Postings.ShouldBe(
            [new(LedgerAccount.Credited, -250), new(LedgerAccount.Held, 1000), new(LedgerAccount.Received, -750)]);
        lines[1].Entry.Pod.ShouldBe(Manifest(1));
        ledger.Verify().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_store_refuses_an_entry_that_does_not_make_up_zero_whoever_writes_it()
    {
        const string Entry =
            "insert into entry (id, key, at, asset, subject, reason) values (7, 'k', 0, 'XRP/9', '', '');";
        const string Posting = "insert into posting (entry_id, account, amount) values ";
        await ShouldRefuseAsync(Posting + "(7, 'Held', 5), (7, 'Received', -4);" + Entry, "makes up zero");
        await ShouldRefuseAsync(Posting + "(7, 'Held', 5);" + Entry, "makes up zero");
        await ShouldRefuseAsync(Entry, "makes up zero");
        await ShouldRefuseAsync(Posting + "(7, 'Held', 5), (7, 'Received', -5)", "FOREIGN KEY");
        await ShouldRefuseAsync(Posting + "(7, 'Pocket', 5), (7, 'Received', -5);" + Entry, "FOREIGN KEY");
        await ShouldRefuseAsync(
            Posting + "(7, 'Held', 5), (7, 'Received', -5);" + Entry + Posting + "(7, 'Earned', 1)", "only added to");
        Should.Throw<ArgumentException>(() => new LedgerEntry(
            "k", Noon, Xrp, [new(LedgerAccount.Held, 5), new(LedgerAccount.Received, -4)], "", ""));
    }

    [Fact]
    public async Task Changes_of_a_pod_carry_their_reason_and_whether_money_moved()
    {
        await _store.CommitAsync(Start(1), CancellationToken.None);
        await NoteAsync(1, "it exited with code 1", Noon);
        await _store.PausePodAsync(Manifest(1), Noon.AddHours(2), "over", Noon.AddHours(1), CancellationToken.None);
        await _store.CommitAsync(Extension(2, 1, Noon.AddHours(3)), CancellationToken.None);
        await _store.EndPodAsync(Manifest(1), "stopped", Noon.AddHours(2.5), CancellationToken.None);
        await using var ledger = await OpenAsync();
        ledger.ReadPodChanges(new LedgerFilter(Pod: Manifest(1)))
            .Select(change => (change.From, change.To, change.Reason, change.HasMoneyMoved)).ShouldBe(
            [
                ("Starting", "Running", "it was ready, and is paid for", true),
                ("Running", "Restarting", "it exited with code 1", false),
                ("Restarting", "Paused", "over", true),
                ("Paused", "Running", "more time was bought", true),
                ("Running", "Ended", "stopped", true),
            ]);
    }

    [Fact]
    public async Task Changes_are_told_in_the_order_of_all_pods_and_of_each_even_when_the_clock_is_set_back()
    {
        await _store.CommitAsync(Start(1), CancellationToken.None);
        await _store.CommitAsync(Start(2), CancellationToken.None);
        await NoteAsync(2, "first", Noon.AddMinutes(1));
        await NoteAsync(1, "second", Noon.AddMinutes(2));
        await NoteAsync(1, "third, at an earlier time", Noon.AddMinutes(-30));
        await NoteAsync(2, "fourth", Noon.AddMinutes(3));
        await using var ledger = await OpenAsync();
        ledger.ReadPodChanges(new LedgerFilter()).Skip(2).Select(change => change.Reason)
            .ShouldBe(["first", "second", "third, at an earlier time", "fourth"]);
    }

    [Fact]
    public async Task Of_changes_that_move_no_money_only_the_last_are_kept()
    {
        await _store.CommitAsync(Start(1), CancellationToken.None);
        for (var i = 0; i < 300; i++)
            await NoteAsync(1, $"{i}", Noon);

        await using var ledger = await OpenAsync();
        var changes = ledger.ReadPodChanges(new LedgerFilter()).ToList();
        changes.Count.ShouldBe(201);
        (changes[0].HasMoneyMoved, changes[1].Reason, changes[^1].Reason).ShouldBe((true, "100", "299"));
    }

    private Task NoteAsync(int pod, string reason, DateTimeOffset at) => _store.NotePodChangeAsync(
        Manifest(pod), PodState.Running, PodState.Restarting, reason, at, CancellationToken.None);

    [Fact]
    public async Task Earnings_are_by_day_and_asset_and_entries_are_found_by_time_asset_and_pod()
    {
        for (var i = 1; i <= 3; i++)
        {
            await _store.CommitAsync(Start(i), CancellationToken.None);
            await _store.EndPodAsync(Manifest(i), "over", Noon.AddHours(i * 6), CancellationToken.None);
        }

        await using var ledger = await OpenAsync();
        var day = new DateOnly(2026, 3, 1);
        ledger.ReadEarnings(new LedgerFilter()).ShouldBe([new(day, Xrp, 1000), new(day.AddDays(1), Xrp, 2000)]);
        ledger.ReadEarnings(new LedgerFilter(Asset: "USD/2")).ShouldBeEmpty();
        ledger.ReadEarnings(new LedgerFilter(To: Noon.AddHours(12))).ShouldBe([new(day, Xrp, 1000)]);
        ledger.ReadEntries(new LedgerFilter(From: Noon.AddHours(1))).Count().ShouldBe(3);
        ledger.ReadEntries(new LedgerFilter(Pod: Manifest(2))).Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("update posting set amount = amount + 1 where account = 'Held'", "packet:packet 1: its postings")]
    [InlineData("delete from posting where entry_id = 1", "packet:packet 1: its postings")]
    [InlineData("delete from entry where id = 2", "entries and the last is number")]
    [InlineData("update balance set amount = 5 where account = 'Earned'", "balance of Earned in XRP/9 is kept as 5")]
    [InlineData("update credit set amount = amount + 1", "credits in XRP/9 are")]
    [InlineData("update lease set price = price + 1", "leases in XRP/9 are")]
    [InlineData("update settlement set earned = earned + 1", "settled:lease 2: the settlement says")]
    [InlineData("update settlement set returned = 1", "return:lease 2: the settlement says")]
    [InlineData("insert into acceptance values ('packet 9', 't', 'XRP/9', 3, null)", "packet:packet 9: it is unconf")]
    [InlineData("insert into open_return values ('t', 'c', 'XRP/9', 3)", "return:t: it is under way")]
    [InlineData("update entry set key = 'in-doubt:other' where key like 'in-doubt:%'", "in-doubt:other: there is no")]
    [InlineData("update operation set status = null", "is committed and has no answer")]
    public async Task What_does_not_fit_is_named(string tampering, string problem)
    {
        await _store.CommitAsync(Start(1), CancellationToken.None);
        await _store.CommitAsync(Start(2), CancellationToken.None);
        await _store.EndPodAsync(Manifest(2), "over", Noon.AddMinutes(30), CancellationToken.None);
        await _store.DoubtAcceptancesAsync(["packet 2"], "lost", Noon, CancellationToken.None);
        await using (var ledger = await OpenAsync())
            ledger.Verify().ShouldBeEmpty();
        await using (var connection = await ConnectAsync())
            await connection.ExecuteAsync(DropTriggers + "pragma foreign_keys = off;" + tampering);
        await using (var ledger = await OpenAsync())
            ledger.Verify().ShouldContain(found => found.ToString().Contains(problem));
    }

    [Fact]
    public async Task A_copy_is_whole_while_the_host_goes_on()
    {
        var copy = _directory["copy.db"];
        await _store.CommitAsync(Start(1), CancellationToken.None);
        await SqliteLedger.BackUpAsync(Path, copy, Noon, CancellationToken.None);
        await _store.CommitAsync(Start(2), CancellationToken.None);
        await Should.ThrowAsync<IOException>(SqliteLedger.BackUpAsync(Path, copy, Noon, CancellationToken.None));
        await using (var ledger = await SqliteLedger.OpenAsync(copy, CancellationToken.None))
        {
            ledger.Verify().ShouldBeEmpty();
            ledger.ReadEntries(new LedgerFilter()).Count().ShouldBe(1);
        }

        await using var restored = new SqliteHostStore(copy);
        await restored.OpenAsync(CancellationToken.None);
        (await restored.TakeRestoredFromAsync(CancellationToken.None)).ShouldBe(Noon);
        (await restored.TakeRestoredFromAsync(CancellationToken.None)).ShouldBeNull();
        (await _store.TakeRestoredFromAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_is_no_store_or_not_there_is_refused()
    {
        await File.WriteAllTextAsync(_directory["text"], new string('x', 5000));
        await Should.ThrowAsync<InvalidDataException>(
            SqliteLedger.OpenAsync(_directory["text"], CancellationToken.None));
        await Should.ThrowAsync<FileNotFoundException>(
            SqliteLedger.OpenAsync(_directory["none"], CancellationToken.None));
    }

    private Task<SqliteLedger> OpenAsync() => SqliteLedger.OpenAsync(Path, CancellationToken.None);

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    private async Task ShouldRefuseAsync(string sql, string why)
    {
        await using var connection = await ConnectAsync();
        (await Should.ThrowAsync<SqliteException>(
            connection.ExecuteAsync($"pragma foreign_keys = on; begin; {sql}; commit"))).Message.ShouldContain(why);
    }
}
