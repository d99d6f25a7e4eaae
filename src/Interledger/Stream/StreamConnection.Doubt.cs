using Interledger.Packets;

namespace Interledger.Stream;

// What may have left without our knowing.
public sealed partial class StreamConnection
{
    // The packet had left when the link broke, nobody answered before it expired, or the answer made no sense: the peer
    // may have counted it all the same. A rejection by a peer names who made it; a link's own does not.
    private static bool IsOfTheLink(IlpReply reply) =>
        !reply.IsFulfill
        && reply.TriggeredBy.IsEmpty
        && (reply.Code == IlpErrorCode.PeerUnreachable || reply.Code == IlpErrorCode.TransferTimedOut
            || reply.Code == IlpErrorCode.InternalError);
}
