using Interledger.Addresses;
using Interledger.Connector.Pipeline;
using Interledger.Connector.Settlement;
using Interledger.Ildcp;
using Interledger.Packets;

namespace Interledger.Connector.PeerProtocols;

/// <summary>
/// Hands messages of an account's settlement engine to ours, and its answers back (RFC 0038, section "Exchanging
/// messages"). The condition that the RFC prints is the hash of nothing, which its fulfilment does not match; what
/// implementations send is the hash of that fulfilment.
/// </summary>
public sealed class SettlementProtocol(Settlements settlements) : IPeerProtocol
{
    private static readonly IlpAddress Name = IlpAddress.Parse("peer.settle");

    /// <inheritdoc/>
    public bool IsFor(ReadOnlySpan<byte> destinationAscii) => destinationAscii.SequenceEqual("peer.settle"u8);

    /// <inheritdoc/>
    public async ValueTask<IlpReply?> AnswerAsync(PacketContext packet)
    {
        if (packet.From.Config.Settlement is null)
            return null;
        if (!packet.Prepare.Condition.SequenceEqual(IldcpRequest.Condition))
            return IlpReply.Reject(IlpErrorCode.BadRequest, Name, "not the condition of a peer protocol");
        var answer = await settlements.HandleMessageAsync(packet.From, packet.Prepare.Data);
        if (answer.IsSuccess)
            return IlpReply.Fulfill(IldcpRequest.Fulfillment, answer.Body.Span);
        var code = answer.Status is null ? IlpErrorCode.PeerUnreachable
            : (int)answer.Status < 500 ? IlpErrorCode.BadRequest : IlpErrorCode.InternalError;
        return IlpReply.Reject(code, Name, "the settlement engine refused the message", answer.Body.Span);
    }
}
