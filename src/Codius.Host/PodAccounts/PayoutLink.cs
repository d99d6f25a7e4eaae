using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Sends the packets of one payout. The money of each is recorded as under way before it leaves, and is back in the
/// purse when it was refused: so at every moment, also after a crash, the books say how much of a payout is still
/// there, and how much of it nobody knows of.
/// </summary>
internal sealed class PayoutLink(
    IIlpLink link, PodBooks books, IlpAddress connector, string purse, string underWay) : IIlpLink
{
    private int _unanswered;

    public bool IsConnected => link.IsConnected;

    /// <summary>Whether all that was sent has an answer, and its money is where it belongs.</summary>
    public bool IsQuiet => Volatile.Read(ref _unanswered) == 0;

    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (prepare.Amount > long.MaxValue)
            return TooMuch();
        Interlocked.Increment(ref _unanswered);
        try
        {
            return await SendAsync(prepare, (long)prepare.Amount);
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }

    public void OnPrepare(IlpHandler handler) => link.OnPrepare(handler);

    public ValueTask DisposeAsync() => link.DisposeAsync();

    // Nobody stops waiting for the answer: the packet has left, whoever loses interest in it.
    private async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, long amount)
    {
        if (!await books.TryMoveAsync(purse, underWay, amount))
            return TooMuch();
        var reply = await link.SendAsync(prepare, CancellationToken.None);
        if (!reply.IsFulfill && !IsInDoubt(reply))
            await books.TryMoveAsync(underWay, purse, amount);
        return reply;
    }

    // A rejection by somebody on the way names who it was. Our own link's names nobody, and our connector signs it:
    // then the packet may have arrived all the same.
    private bool IsInDoubt(IlpReply reply) => (reply.TriggeredBy.IsEmpty || reply.TriggeredBy == connector)
        && (reply.Code == IlpErrorCode.PeerUnreachable || reply.Code == IlpErrorCode.TransferTimedOut
            || reply.Code == IlpErrorCode.InternalError);

    private IlpReply TooMuch() => IlpReply.Reject(
        IlpErrorCode.InsufficientLiquidity, connector, "more than there is to pay out");
}
