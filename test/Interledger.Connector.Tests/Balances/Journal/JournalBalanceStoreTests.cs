using Codius.Testing.Processes;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Balances.Journal;

public sealed class JournalBalanceStoreTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_committed_is_there_when_the_store_is_opened_again_and_what_was_reserved_is_free()
    {
        await using (var store = Open())
        {
            await CommitAsync(store, "alice", 300, "bob", 299);
            store.TryReserve(Transfer("alice", 50, "bob", 50)).ShouldBe(ReservationResult.Reserved);
        }

        await using var again = Open();
        again.GetBalance("alice").ShouldBe(-300);
        again.GetBalance("bob").ShouldBe(299);
        again.TryReserve(Transfer("bob", 299, "alice", 1) with { FromMinimum = 0 })
            .ShouldBe(ReservationResult.Reserved);
    }

    [Fact]
    public async Task Balances_larger_than_any_amount_survive()
    {
        await using (var store = Open())
        {
            for (var i = 0; i < 3; i++)
                await CommitAsync(store, "alice", ulong.MaxValue, "bob", ulong.MaxValue);
        }

        (await BalancesAsync()).ShouldBe((-3 * (Int128)ulong.MaxValue, 3 * (Int128)ulong.MaxValue));
        (await BalancesAsync()).ShouldBe((-3 * (Int128)ulong.MaxValue, 3 * (Int128)ulong.MaxValue));
    }

    [Fact]
    public async Task One_process_has_the_directory()
    {
        await using (Open())
            Should.Throw<BalanceJournalException>(() => Open()).Message.ShouldContain("another process");
        await Open().DisposeAsync();
    }

    [Fact]
    public async Task A_journal_that_was_cut_off_anywhere_gives_the_balances_of_an_earlier_moment()
    {
        using var copy = new TemporaryDirectory();
        string journal;
        await using (var store = Open(interval: Never))
        {
            for (var i = 0; i < 5; i++)
                await CommitAsync(store, "alice", 10, "bob", 10);
            journal = CopyTo(copy);
        }

        var whole = await File.ReadAllBytesAsync(journal);
        var empty = SummaryEnd(whole);
        var seen = new HashSet<Int128>();
        for (var length = empty; length <= whole.Length; length++)
        {
            Restore(copy, journal, whole[..length]);
            var (alice, bob) = await BalancesAsync(copy.Path);
            (alice + bob).ShouldBe(0);
            seen.Add(bob);
        }

        seen.ShouldBe([0, 10, 20, 30, 40, 50]);
    }

    [Fact]
    public async Task Damage_to_what_the_disk_had_is_refused_and_nothing_is_changed()
    {
        using var copy = new TemporaryDirectory();
        string journal;
        await using (var store = Open())
        {
            for (var i = 0; i < 5; i++)
                await CommitAsync(store, "alice", 10, "bob", 10, waitsForDisk: true);
            await CommitAsync(store, "alice", 10, "bob", 10);
            journal = CopyTo(copy);
        }

        var whole = await File.ReadAllBytesAsync(journal);
        for (var position = 0; position < whole.Length; position++)
        {
            var damaged = whole.ToArray();
            damaged[position] ^= 0x10;
            Restore(copy, journal, damaged);
            try
            {
                var (alice, bob) = await BalancesAsync(copy.Path);
                (alice + bob).ShouldBe(0, $"octet {position}");
                bob.ShouldBeGreaterThanOrEqualTo(40, $"octet {position}");
            }
            catch (BalanceJournalException)
            {
                (await File.ReadAllBytesAsync(journal)).ShouldBe(damaged);
            }
        }
    }

    [Fact]
    public async Task A_tail_that_reached_the_disk_out_of_order_is_passed_over()
    {
        using var copy = new TemporaryDirectory();
        string journal;
        await using (var store = Open(interval: Never))
        {
            for (var i = 0; i < 5; i++)
                await CommitAsync(store, "alice", 10, "bob", 10);
            journal = CopyTo(copy);
        }

        var whole = await File.ReadAllBytesAsync(journal);
        var frame = (whole.Length - SummaryEnd(whole)) / 5;
        whole.AsSpan(SummaryEnd(whole) + (3 * frame), 20).Clear();
        Restore(copy, journal, whole);
        (await BalancesAsync(copy.Path)).Bob.ShouldBeInRange(20, 40);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_copy_taken_at_any_moment_has_all_that_was_promised_and_adds_up(int seed)
    {
        var random = new Random(seed);
        await using var store = Open(compactAfter: 20_000);
        var stop = new CancellationTokenSource();
        long committed = 0;
        var work = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var own = new Random(seed + worker);
            while (!stop.IsCancellationRequested)
            {
                var amount = (ulong)own.Next(1, 1000);
                await CommitAsync(store, "alice", amount, "bob", amount, waitsForDisk: own.Next(20) == 0);
                Interlocked.Add(ref committed, (long)amount);
            }
        })).ToArray();

        for (var i = 0; i < 20; i++)
        {
            var wanted = Volatile.Read(ref committed) + random.Next(1, 200_000);
            await Deadline.UntilAsync(() => Volatile.Read(ref committed) > wanted, "money moves");
            using var copy = new TemporaryDirectory();
            var promised = Interlocked.Read(ref committed);
            if (!TryCopy(copy))
                continue; // it was summed up in another file meanwhile
            var (alice, bob) = await BalancesAsync(copy.Path);
            (alice + bob).ShouldBe(0, $"seed {seed}");
            bob.ShouldBeGreaterThanOrEqualTo(promised, $"seed {seed}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(work);
        store.GetBalance("bob").ShouldBe(committed);
        await store.DisposeAsync();
        (await BalancesAsync()).ShouldBe((-committed, committed));
        new FileInfo(Journals(_directory.Path).ShouldHaveSingleItem()).Length.ShouldBeLessThan(200_000);
    }

    [Fact]
    public async Task When_the_journal_cannot_be_written_nothing_moves_any_more()
    {
        var store = Open();
        await CommitAsync(store, "alice", 10, "bob", 10);
        store.FailWritesForTest();
        store.TryReserve(Transfer("alice", 5, "bob", 5)).ShouldBe(ReservationResult.Reserved);
        await Should.ThrowAsync<BalanceJournalException>(
            async () => await store.CommitAsync(Transfer("alice", 5, "bob", 5)));
        store.TryReserve(Transfer("alice", 5, "bob", 5)).ShouldBe(ReservationResult.Unavailable);
        await store.DisposeAsync();
        (await BalancesAsync()).ShouldBe((-10, 10));
    }

    [Fact]
    public async Task A_store_that_was_closed_leaves_its_directory_to_the_next_one()
    {
        // At some of these the mark that closing leaves makes the journal so large that it would be summed up.
        List<(TemporaryDirectory Directory, string Journal)> closed = [];
        for (var compactAfter = 64; compactAfter < 140; compactAfter++)
        {
            var directory = new TemporaryDirectory();
            await using (var store = Open(Never, compactAfter, directory.Path))
                await CommitAsync(store, "alice", 10, "bob", 10);
            closed.Add((directory, Journals(directory.Path).ShouldHaveSingleItem()));
        }

        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        foreach (var (directory, journal) in closed)
        {
            Journals(directory.Path).ShouldHaveSingleItem().ShouldBe(journal);
            directory.Dispose();
        }
    }

    private static async Task CommitAsync(
        JournalBalanceStore store, string from, ulong amountIn, string to, ulong amountOut, bool waitsForDisk = false)
    {
        var transfer = Transfer(from, amountIn, to, amountOut) with { WaitsForDisk = waitsForDisk };
        store.TryReserve(transfer).ShouldBe(ReservationResult.Reserved);
        await store.CommitAsync(transfer);
    }

    private static BalanceTransfer Transfer(string from, ulong amountIn, string to, ulong amountOut) =>
        new(from, amountIn, null, to, amountOut, null);

    private static string[] Journals(string directory) => Directory.GetFiles(directory, "*.journal");

    private static int SummaryEnd(byte[] journal)
    {
        // A header of 36 octets, and for an empty book one frame without entries.
        const int EmptySummary = 36 + 28;
        journal.Length.ShouldBeGreaterThanOrEqualTo(EmptySummary);
        return EmptySummary;
    }

    private static void Restore(TemporaryDirectory directory, string journal, byte[] octets)
    {
        foreach (var other in Journals(directory.Path))
            File.Delete(other);
        File.WriteAllBytes(journal, octets);
    }

    private static bool TryCopy(TemporaryDirectory copy, string from)
    {
        try
        {
            var journal = Journals(from).Max()!;
            File.Copy(journal, copy[Path.GetFileName(journal)]);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private bool TryCopy(TemporaryDirectory copy) => TryCopy(copy, _directory.Path);

    private string CopyTo(TemporaryDirectory copy)
    {
        TryCopy(copy).ShouldBeTrue();
        return Journals(copy.Path).ShouldHaveSingleItem();
    }

    private JournalBalanceStore Open(
        TimeSpan? interval = null, long compactAfter = 1 << 26, string? directory = null) =>
        JournalBalanceStore.Open(new JournalBalanceStoreOptions
        {
            Directory = directory ?? _directory.Path,
            SyncInterval = interval ?? TimeSpan.FromMilliseconds(20),
            CompactAfter = compactAfter,
        });

    private async Task<(Int128 Alice, Int128 Bob)> BalancesAsync(string? directory = null)
    {
        await using var store = JournalBalanceStore.Open(
            new JournalBalanceStoreOptions { Directory = directory ?? _directory.Path });
        return (store.GetBalance("alice"), store.GetBalance("bob"));
    }
}
