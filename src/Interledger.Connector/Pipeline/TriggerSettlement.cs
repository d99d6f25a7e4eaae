using Interledger.Connector.Settlement;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Has the account that was paid settled, when a fulfilment has brought its balance to its threshold.</summary>
public sealed class TriggerSettlement(Settlements settlements) : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var reply = await next(packet);
        if (reply.IsFulfill)
            settlements.Check(packet.To);
        return reply;
    }
}
