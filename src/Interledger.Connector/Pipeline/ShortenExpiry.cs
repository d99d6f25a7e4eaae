using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Gives the next hop less time than we have, so that a fulfilment that comes at the last moment can still be passed
/// on, and never more than the connector is ready to keep money reserved; R02 if too little is left.
/// </summary>
/// <param name="minMessageWindow">What it takes to pass an answer on.</param>
/// <param name="maxHoldTime">The longest that the next hop may take.</param>
/// <param name="time">The clock.</param>
public sealed class ShortenExpiry(TimeSpan minMessageWindow, TimeSpan maxHoldTime, TimeProvider time) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        var now = time.GetUtcNow();
        if (packet.Prepare.ExpiresAt - now < 2 * minMessageWindow)
            return ValueTask.FromResult(packet.Reject(IlpErrorCode.InsufficientTimeout, "too little time is left"));
        var passedOn = packet.Prepare.ExpiresAt - minMessageWindow;
        var longest = now + maxHoldTime;
        packet.OutgoingExpiry = passedOn < longest ? passedOn : longest;
        return next(packet);
    }
}
