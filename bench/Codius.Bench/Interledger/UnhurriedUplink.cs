using Codius.Host.Uplink;
using Interledger.Connector.PlayMoney;
using Interledger.Links;

namespace Codius.Bench.Interledger;

/// <summary>
/// The play money of a host in development mode, whose connector lets a payer send as many packets as he likes.
/// </summary>
public sealed class UnhurriedUplink(PlayMoneyConnector connector) : IUplink
{
    private const string Name = "host";

    public event EventHandler? Changed
    {
        add { }
        remove { }
    }

    public UplinkState State { get; } = new(
        IsReady: true, connector.Connector.Address.Append(Name), new PlayMoneyOptions().Asset);

    public IIlpLink Link { get; } = connector.AddLocalChild(Name);

    /// <summary>A connector for it, to which payers connect by BTP.</summary>
    public static async Task<PlayMoneyConnector> StartConnectorAsync(int port)
    {
        var connector = new PlayMoneyConnector(new PlayMoneyOptions
        {
            Listener = new() { Port = port },
            PacketsPerSecond = 1_000_000,
        });
        await connector.ListenAsync(CancellationToken.None);
        return connector;
    }
}
