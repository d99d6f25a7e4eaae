using Codius.Testing.Processes;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Settlement;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Balances.Journal;

/// <summary>Whatever is done to a store, opening it again gives what it had in memory.</summary>
public sealed class ReplayTests
{
    private const int Accounts = 6;

    [Theory]
    [InlineData(400)]
    [InlineData(1 << 26)]
    public async Task The_replay_of_a_journal_equals_the_memory_it_was_written_from(long compactAfter)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var options = new JournalBalanceStoreOptions { Directory = directory.Path, CompactAfter = compactAfter };
        var memory = new InMemoryBalanceStore();
        Int128 settled = 0;
        for (var opened = 0; opened < 6; opened++)
        {
            await using var store = JournalBalanceStore.Open(options);
            Compare(store, memory, seed);
            for (var step = 0; step < 150; step++)
                settled += await StepAsync(store, memory, random);
            Compare(store, memory, seed);
        }

        await using var last = JournalBalanceStore.Open(options);
        Compare(last, memory, seed);
        // Packets move money between accounts; only settlements bring it in and take it out.
        Enumerable.Range(0, Accounts).Aggregate((Int128)0, (sum, i) => sum + last.GetBalance($"a{i}"))
            .ShouldBe(settled, $"seed {seed}");
    }

    // One thing at random, to both; returns by how much the sum of all balances has changed.
    private static async Task<Int128> StepAsync(JournalBalanceStore store, InMemoryBalanceStore memory, Random random)
    {
        var (one, other) = ($"a{random.Next(Accounts)}", $"a{random.Next(Accounts)}");
        switch (random.Next(10))
        {
            case 0:
                var quantity = new SettlementQuantity(random.Next(100_000), (byte)random.Next(5, 14));
                var key = $"k{random.Next(200)}";
                var before = store.GetBalance(one);
                var settlement = new IncomingSettlement(key, one, quantity, 9);
                (await store.CreditSettlementAsync(settlement)).ShouldBe(await memory.CreditSettlementAsync(settlement));
                return store.GetBalance(one) - before;
            case 1:
                var threshold = random.Next(-500, 500);
                var begun = await store.BeginSettlementAsync(one, threshold, threshold - 10, 9);
                (await memory.BeginSettlementAsync(one, threshold, threshold - 10, 9))?.Quantity.ShouldBe(begun!.Quantity);
                return begun is null ? 0 : -(Int128)begun.Quantity.Amount;
            case 2:
                foreach (var pending in store.PendingSettlements.Take(1))
                {
                    await store.CompleteSettlementAsync(pending);
                    await memory.CompleteSettlementAsync(memory.PendingSettlements.First(
                        same => (same.Account, same.Quantity) == (pending.Account, pending.Quantity)));
                }

                return 0;
            default:
                var amount = (ulong)random.Next(500);
                var transfer = new BalanceTransfer(one, amount, -5000, other, amount, 9000);
                var reserved = store.TryReserve(transfer);
                memory.TryReserve(transfer).ShouldBe(reserved);
                if (reserved != ReservationResult.Reserved)
                    return 0;
                foreach (var each in new IBalanceStore[] { store, memory })
                {
                    if (amount % 4 == 0)
                        each.Release(transfer);
                    else
                        await each.CommitAsync(transfer);
                }

                return 0;
        }
    }

    private static void Compare(JournalBalanceStore store, InMemoryBalanceStore memory, int seed)
    {
        for (var i = 0; i < Accounts; i++)
            store.GetBalance($"a{i}").ShouldBe(memory.GetBalance($"a{i}"), $"a{i}, seed {seed}");
        Pending(store).ShouldBe(Pending(memory), ignoreOrder: true, $"seed {seed}");
    }

    private static List<(string Account, SettlementQuantity Quantity)> Pending(ISettlementStore store) =>
        [.. store.PendingSettlements.Select(pending => (pending.Account, pending.Quantity))];
}
