using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>What is left of the way after a step.</summary>
public delegate ValueTask<IlpReply> PacketPipeline(PacketContext packet);

/// <summary>
/// One thing that a connector does with a packet: it looks at it, and answers it or asks the rest of the way, and may
/// look at the answer. There is no cancellation on the way: once a packet has gone out its answer must be waited for,
/// or money would move that nobody counts. Its expiry bounds the wait.
/// </summary>
public interface IPacketStep
{
    /// <summary>Handles a packet.</summary>
    ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next);
}
