using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>Answers R00 to a packet that has expired on its way here.</summary>
public sealed class RejectExpired(TimeProvider time) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next) =>
        packet.Prepare.ExpiresAt > time.GetUtcNow()
            ? next(packet)
            : ValueTask.FromResult(packet.Reject(IlpErrorCode.TransferTimedOut, "the packet has expired"));
}
