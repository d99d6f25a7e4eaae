using Interledger.Connector.PeerProtocols;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Answers what is addressed to the next hop itself, under <c>peer.</c>, and is never passed on: address and asset
/// (RFC 0031), routes, messages of settlement engines (RFC 0038). Everything else is F02.
/// </summary>
public sealed class AnswerPeerProtocols(IReadOnlyList<IPeerProtocol> protocols) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next) =>
        packet.Prepare.DestinationAscii.StartsWith("peer."u8) ? AnswerAsync(packet) : next(packet);

    private async ValueTask<IlpReply> AnswerAsync(PacketContext packet)
    {
        foreach (var protocol in protocols)
        {
            if (protocol.IsFor(packet.Prepare.DestinationAscii) && await protocol.AnswerAsync(packet) is { } reply)
                return reply;
        }

        return packet.Reject(IlpErrorCode.Unreachable, "no such peer protocol here");
    }
}
