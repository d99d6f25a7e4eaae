using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Answers T03 to an account that has more packets under way than it may.</summary>
public sealed class LimitOutstanding : IPacketStep
{
    /// <inheritdoc/>
    public async ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        if (!packet.From.TryBegin())
            return packet.Reject(IlpErrorCode.ConnectorBusy, "too many packets under way");
        try
        {
            return await next(packet);
        }
        finally
        {
            packet.From.End();
        }
    }
}
