using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Answers T05 to an account that sends more packets than it may.</summary>
public sealed class LimitRate : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next) =>
        packet.From.TryTakeToken()
            ? next(packet)
            : ValueTask.FromResult(packet.Reject(IlpErrorCode.RateLimited, "too many packets"));
}
