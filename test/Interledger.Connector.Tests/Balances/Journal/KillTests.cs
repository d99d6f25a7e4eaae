using System.Security.Cryptography;
using Codius.Testing.Processes;
using Interledger.Connector.Balances.Journal;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Balances.Journal;

/// <summary>A connector in a process of its own that is killed while it forwards.</summary>
public sealed class KillTests
{
    private static readonly string[] Names = ForwardingProcess.Accounts;

    [Fact]
    public async Task After_kill_9_nothing_fulfilled_is_forgotten_and_the_balances_add_up()
    {
        using var directory = new TemporaryDirectory();
        var balances = Names.ToDictionary(name => name, _ => (Int128)0);
        for (var round = 0; round < 4; round++)
        {
            await using (var program = RunningProgram.Start(new ProgramStart(Environment.ProcessPath!)
            {
                Environment = new Dictionary<string, string?> { [ForwardingProcess.DirectoryVariable] = directory.Path },
            }))
            {
                var enough = RandomNumberGenerator.GetInt32(100, 3000);
                await Deadline.UntilAsync(() => program.OutputLines.Count >= enough, "packets are fulfilled");
                await program.KillAsync();
                await program.WaitForExitAsync();
                foreach (var line in program.OutputLines)
                    Count(line, balances);
            }

            await using var store = JournalBalanceStore.Open(new() { Directory = directory.Path });
            var kept = Names.ToDictionary(name => name, store.GetBalance);
            kept.Values.Aggregate((sum, balance) => sum + balance).ShouldBe(0);
            foreach (var name in Names)
            {
                // What was fulfilled and not yet told was in flight.
                var untold = Int128.Abs(kept[name]) - Int128.Abs(balances[name]);
                untold.ShouldBeInRange(0, ForwardingProcess.InFlight * ForwardingProcess.LargestAmount, name);
            }

            balances = kept;
        }
    }

    private static void Count(string line, Dictionary<string, Int128> balances)
    {
        if (line.Split(' ') is not [var from, var to, var amount, "."])
            return;
        balances[from] -= Int128.Parse(amount);
        balances[to] += Int128.Parse(amount);
    }
}
