using Interledger.Connector.Accounts;
using Interledger.Connector.Routes;
using Interledger.Packets;

namespace Interledger.Connector.Pipeline;

/// <summary>
/// Chooses the account that the packet goes to, by the longest prefix of its destination; F02 if there is none. What is
/// under the connector's own address and belongs to none of its children does not leave it; what a parent or peer sent
/// does not go back to it.
/// </summary>
public sealed class FindRoute(RouteTable routes) : IPacketStep
{
    /// <inheritdoc/>
    public ValueTask<IlpReply> HandleAsync(PacketContext packet, PacketPipeline next)
    {
        if (!routes.TryFind(packet.Prepare.DestinationAscii, out var route)
            || (route.Prefix.Length <= packet.Connector.Value.Length && IsHere(packet)))
            return ValueTask.FromResult(packet.Reject(IlpErrorCode.Unreachable, "no route to the destination"));
        if (route.Account == packet.From && packet.From.Config.Relation != AccountRelation.Child)
            return ValueTask.FromResult(packet.Reject(IlpErrorCode.Unreachable, "the route leads back to the sender"));
        packet.To = route.Account;
        return next(packet);
    }

    private static bool IsHere(PacketContext packet) => packet.Connector.IsPrefixOf(packet.Prepare.Destination);
}
