using Interledger.Connector.Pipeline;
using Interledger.Connector.Routes.Ccp;
using Interledger.Ildcp;
using Interledger.Packets;

namespace Interledger.Connector.PeerProtocols;

/// <summary>Learns and tells routes, with the accounts that may.</summary>
public sealed class CcpProtocol(RouteBroadcaster broadcaster) : IPeerProtocol
{
    /// <inheritdoc/>
    public bool IsFor(ReadOnlySpan<byte> destinationAscii) =>
        destinationAscii.SequenceEqual("peer.route.control"u8) || destinationAscii.SequenceEqual("peer.route.update"u8);

    /// <inheritdoc/>
    public ValueTask<IlpReply?> AnswerAsync(PacketContext packet) => ValueTask.FromResult(
        packet.Prepare.Condition.SequenceEqual(IldcpRequest.Condition)
            ? broadcaster.Answer(packet.From, packet.Prepare)
            : packet.Reject(IlpErrorCode.BadRequest, "not the condition of a peer protocol"));
}
