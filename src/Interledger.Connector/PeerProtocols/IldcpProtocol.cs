using Interledger.Connector.Accounts;
using Interledger.Connector.Pipeline;
using Interledger.Ildcp;
using Interledger.Packets;

namespace Interledger.Connector.PeerProtocols;

/// <summary>Tells children their address and asset (RFC 0031); nobody else.</summary>
public sealed class IldcpProtocol : IPeerProtocol
{
    /// <inheritdoc/>
    public bool IsFor(ReadOnlySpan<byte> destinationAscii) => destinationAscii.SequenceEqual("peer.config"u8);

    /// <inheritdoc/>
    public ValueTask<IlpReply?> AnswerAsync(PacketContext packet)
    {
        var from = packet.From;
        if (from.Config.Relation != AccountRelation.Child)
            return ValueTask.FromResult<IlpReply?>(null);
        return ValueTask.FromResult<IlpReply?>(from.Address.IsEmpty
            ? packet.Reject(IlpErrorCode.PeerUnreachable, "the connector has no address yet")
            : IldcpRequest.Answer(packet.Prepare, new IldcpInfo(from.Address, from.Config.Asset), packet.Connector));
    }
}
