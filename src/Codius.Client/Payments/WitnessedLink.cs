using System.Collections.Concurrent;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;

namespace Codius.Client.Payments;

/// <summary>
/// Notes money whose answer was lost: the packet had left when the link broke, or nobody answered before it expired.
/// To the sender it is rejected, but the provider may have counted it all the same.
/// </summary>
internal sealed class WitnessedLink(IIlpLink link) : IIlpLink
{
    private readonly ConcurrentDictionary<IlpAddress, ulong> _lost = new();

    public IIlpLink Inner => link;

    public bool IsConnected => link.IsConnected;

    /// <summary>What was lost on the way to a destination so far.</summary>
    public ulong LostTo(IlpAddress destination) => _lost.GetValueOrDefault(destination);

    public void OnPrepare(IlpHandler handler) => link.OnPrepare(handler);

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        var (amount, destination, wasConnected) = (prepare.Amount, prepare.Destination, link.IsConnected);
        var reply = await link.SendAsync(prepare, cancellationToken);
        if (amount > 0 && wasConnected && IsOfTheLink(reply))
            _lost.AddOrUpdate(destination, amount, (_, before) => checked(before + amount));
        return reply;
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();

    // A peer's rejection names who made it; a link's own does not.
    private static bool IsOfTheLink(IlpReply reply) =>
        !reply.IsFulfill
        && reply.TriggeredBy.IsEmpty
        && (reply.Code == IlpErrorCode.PeerUnreachable || reply.Code == IlpErrorCode.TransferTimedOut);
}
