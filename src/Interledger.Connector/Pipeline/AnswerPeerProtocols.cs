using Interledger.Connector.Accounts;
using Interledger.Ildcp;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Answers what is addressed to the next hop itself, under <c>peer.</c>, and is never passed on: children are told
/// their address and asset (RFC 0031), everything else is F02.
/// </summary>
public sealed class AnswerPeerProtocols : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        if (!packet.Prepare.DestinationAscii.StartsWith("peer."u8))
            return next(packet);
        var from = packet.From;
        return ValueTask.FromResult(
            from.Config.Relation == AccountRelation.Child && IldcpRequest.IsRequest(packet.Prepare)
                ? IldcpRequest.Answer(packet.Prepare, new IldcpInfo(from.Address, from.Config.Asset), packet.Connector)
                : packet.Reject(IlpErrorCode.Unreachable, "no such peer protocol here"));
    }
}
