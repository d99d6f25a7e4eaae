using System.Text;
using Interledger;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Listeners;

namespace Codius.Bench.Interledger;

/// <summary>
/// Our connector with two accounts, whose balances survive kill -9, as a program: it prints what they are and ends with
/// its input.
/// </summary>
public static class BenchConnector
{
    private static readonly string[] Names = ["alice", "bob"];

    public static async Task<int> RunAsync(int port, string secret, string directory)
    {
        await using var balances = JournalBalanceStore.Open(new JournalBalanceStoreOptions { Directory = directory });
        await using var connector = new IlpConnector(
            new ConnectorOptions { Address = IlpAddress.Parse("test.connector") }, balances);
        foreach (var name in Names)
            connector.AddAccount(Describe(name), new BtpServerLink());
        var server = new BtpServer((credentials, _) => ValueTask.FromResult(
            credentials.HasToken(Encoding.UTF8.GetBytes(secret))
            && connector.TryGetAccount(credentials.Username, out var account)
                ? account.Link as BtpServerLink
                : null));
        await using var listener = await BtpListener.StartAsync(server, new BtpListenerOptions { Port = port });
        var (paid, received) = (-balances.GetBalance("alice"), balances.GetBalance("bob"));
        Console.WriteLine($$"""{"event":"ready","paid":"{{paid}}","received":"{{received}}"}""");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }

    private static AccountConfig Describe(string name) => new()
    {
        Id = name,
        Relation = AccountRelation.Child,
        Asset = new AssetDetails("XRP", 9),
        MinimumBalance = null,
        PacketsPerSecond = 1_000_000,
        PacketBurst = 1_000_000,
    };
}
