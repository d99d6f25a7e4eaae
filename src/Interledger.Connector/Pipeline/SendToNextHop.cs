using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Sends the packet to the next hop with its new amount and expiry, and waits for the answer until then.
/// </summary>
public sealed class SendToNextHop : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next) => packet.To.Link.SendAsync(
        packet.Prepare.Forward(packet.OutgoingAmount, packet.OutgoingExpiry), CancellationToken.None);
}
