using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Answers F08 to a packet of more than the account may send in one, and says how much that is.</summary>
public sealed class LimitAmount : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var most = packet.From.Config.MaxPacketAmount;
        if (packet.Prepare.Amount <= most)
            return next(packet);
        Span<byte> data = stackalloc byte[AmountTooLarge.Length];
        new AmountTooLarge(packet.Prepare.Amount, most).Write(data);
        return ValueTask.FromResult(packet.Reject(IlpErrorCode.AmountTooLarge, "packet amount too large", data));
    }
}
