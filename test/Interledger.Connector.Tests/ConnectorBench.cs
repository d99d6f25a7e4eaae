using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Connector.Rates;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Connector.Tests;

/// <summary>A connector test.bench with children in this process; its clock stands still.</summary>
internal sealed class ConnectorBench
{
    public static readonly AssetDetails Xrp = new("XRP", 9);

    public ConnectorBench(
        IBalanceStore? balances = null, IExchangeRates? rates = null, ConnectorMetrics? metrics = null) =>
        Connector = new IlpConnector(
            new ConnectorOptions { Address = IlpAddress.Parse("test.bench") }, balances, rates, Time, metrics: metrics);

    public ManualTime Time { get; } = new();

    public IlpConnector Connector { get; }

    public static byte[] Fulfillment { get; } = new byte[32];

    public static byte[] Condition { get; } = SHA256.HashData(Fulfillment);

    public static AccountConfig Child(string id) => new()
    {
        Id = id,
        Relation = AccountRelation.Child,
        Asset = Xrp,
        MinimumBalance = null,
        PacketsPerSecond = 1_000_000,
        PacketBurst = 1_000_000,
    };

    public IIlpLink Add(string id, Func<AccountConfig, AccountConfig>? change = null) =>
        Connector.AddLocalChild(change?.Invoke(Child(id)) ?? Child(id));

    /// <summary>A child that fulfils everything, and remembers what came.</summary>
    public List<IlpPrepare> AddReceiver(string id, Func<AccountConfig, AccountConfig>? change = null)
    {
        var received = new List<IlpPrepare>();
        Add(id, change).OnPrepare((prepare, _) =>
        {
            lock (received)
                received.Add(prepare);
            return ValueTask.FromResult(IlpReply.Fulfill(Fulfillment, prepare.Data.Span));
        });
        return received;
    }

    public IlpPrepare Prepare(string destination, ulong amount = 100, double seconds = 20) => IlpPrepare.Create(
        amount, Time.GetUtcNow().AddSeconds(seconds), Condition, IlpAddress.Parse(destination));

    public Int128 BalanceOf(string id) => Connector.Balances.GetBalance(id);
}
