using Interledger.Connector.Balances;
using Interledger.Connector.PeerProtocols;
using Interledger.Connector.Rates;
using Interledger.Connector.Routes;
using Interledger.Connector.Settlement;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// The life of a packet in the connector (RFC 0027, sections "Receiving an ILP Prepare" and on), in the order in which
/// it happens.
/// </summary>
public static class ConnectorPipeline
{
    /// <summary>The steps of a connector, first to last.</summary>
    public static IReadOnlyList<IPacketStep> Standard(
        ConnectorOptions options,
        RouteTable routes,
        IBalanceStore balances,
        IExchangeRates rates,
        IReadOnlyList<IPeerProtocol> peerProtocols,
        Settlements? settlements,
        ConnectorMetrics metrics,
        TimeProvider time,
        ILogger logger) =>
    [
        new MeasurePackets(metrics, time),
        new MapErrors(logger),
        new LimitRate(),
        new LimitOutstanding(),
        new RejectExpired(time),
        new LimitAmount(),
        new AnswerPeerProtocols(peerProtocols),
        new FindRoute(routes),
        new ConvertAmount(rates),
        new ShortenExpiry(options.MinMessageWindow, options.MaxHoldTime, time),
        .. settlements is null ? (IPacketStep[])[] : [new TriggerSettlement(settlements)],
        new MoveBalances(balances),
        new ValidateFulfillment(logger),
        new SendToNextHop(),
    ];

    /// <summary>Makes one way of several steps. The last one must not ask for more.</summary>
    public static PacketPipeline Compose(IReadOnlyList<IPacketStep> steps)
    {
        PacketPipeline way = _ => throw new InvalidOperationException("The last step has to answer.");
        foreach (var step in steps.Reverse())
        {
            var next = way;
            way = packet => step.HandleAsync(packet, next);
        }

        return way;
    }
}
