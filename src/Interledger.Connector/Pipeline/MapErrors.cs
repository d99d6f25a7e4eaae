using Interledger.Packets;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Answers T00 when something breaks here, and signs the rejections of links, which do not know the connector's
/// address.
/// </summary>
public sealed partial class MapErrors(ILogger logger) : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        try
        {
            var reply = await next(packet);
            return reply.IsFulfill || !reply.TriggeredBy.IsEmpty
                ? reply
                : packet.Reject(reply.Code, reply.Message, reply.Data.Span);
        }
        catch (Exception e)
        {
            LogFailed(e, packet.From.Id);
            return packet.Reject(IlpErrorCode.InternalError, "internal error");
        }
    }
}
