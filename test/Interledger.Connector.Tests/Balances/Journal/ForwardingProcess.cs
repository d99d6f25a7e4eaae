using System.Text;
using Interledger.Connector.Balances.Journal;
using Interledger.Packets;

namespace Interledger.Connector.Tests.Balances.Journal;

/// <summary>
/// What the test program is when the variable is set: a connector that forwards from two of its children to two others
/// until it is killed, and prints each packet when its payer has the fulfilment.
/// </summary>
internal static class ForwardingProcess
{
    public const string DirectoryVariable = "CODIUS_TEST_FORWARD";
    public const int InFlight = 32;
    public const int LargestAmount = 1000;

    public static string[] Accounts { get; } = ["a", "b", "c", "d"];

    public static async Task ForwardForEverAsync(string directory)
    {
        var bench = new ConnectorBench(JournalBalanceStore.Open(new() { Directory = directory, CompactAfter = 50_000 }));
        var links = Accounts.Select(name => bench.Add(name)).ToArray();
        foreach (var link in links)
            link.OnPrepare(FulfilAsync);
        var output = Console.OpenStandardOutput();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (true)
            {
                var (from, to, amount) = (random.Next(2), random.Next(2, 4), random.Next(1, LargestAmount));
                var reply = await links[from].SendAsync(
                    bench.Prepare($"test.bench.{Accounts[to]}", (ulong)amount), default);
                if (reply.IsFulfill)
                    output.Write(Encoding.ASCII.GetBytes($"{Accounts[from]} {Accounts[to]} {amount} .\n"));
            }
        })));
    }

    private static async ValueTask<IlpReply> FulfilAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (prepare.Amount % 3 == 0)
            await Task.Yield();
        return prepare.Amount % 7 == 0
            ? IlpReply.Reject(IlpErrorCode.ApplicationError)
            : IlpReply.Fulfill(ConnectorBench.Fulfillment);
    }
}
