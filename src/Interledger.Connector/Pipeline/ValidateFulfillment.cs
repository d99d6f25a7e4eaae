using Interledger.Packets;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Takes a Fulfill whose fulfilment does not belong to the condition for a failure of the next hop: F05.
/// </summary>
public sealed partial class ValidateFulfillment(ILogger logger) : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var reply = await next(packet);
        if (!reply.IsFulfill || reply.Fulfills(packet.Prepare.Condition))
            return reply;
        LogWrong(packet.To.Id);
        return packet.Reject(IlpErrorCode.WrongCondition, "the fulfillment does not match the condition");
    }
}
