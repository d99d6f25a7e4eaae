using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Counts packets and how long they take, if somebody looks.</summary>
public sealed class MeasurePackets(ConnectorMetrics metrics, TimeProvider time) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next) =>
        metrics.IsWatched ? MeasureAsync(packet, next) : next(packet);

    private async ValueTask<IlpReply> MeasureAsync(PacketContext packet, PacketPipeline next)
    {
        var start = time.GetTimestamp();
        metrics.Begin();
        try
        {
            var reply = await next(packet);
            var byConnector = !reply.IsFulfill && reply.TriggeredBy == packet.Connector;
            metrics.Answered(packet.From.Id, reply, byConnector, time.GetElapsedTime(start));
            return reply;
        }
        finally
        {
            metrics.End();
        }
    }
}
