using Interledger.Packets;

namespace Interledger.Links;

/// <summary>The answers that a link gives itself, when there is none from the peer.</summary>
internal static class LinkAnswers
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public static IlpReply NotConnected { get; } = IlpReply.Reject(
        IlpErrorCode.PeerUnreachable, message: "the link is down");

    public static IlpReply NoHandler { get; } = IlpReply.Reject(
        IlpErrorCode.PeerUnreachable, message: "nobody answers here yet");

    public static IlpReply TimedOut { get; } = IlpReply.Reject(
        IlpErrorCode.TransferTimedOut, message: "no answer before the packet expired");

    public static IlpReply Busy { get; } = IlpReply.Reject(
        IlpErrorCode.PeerBusy, message: "too many packets wait for an answer");

    public static IlpReply TooManyUnanswered { get; } = IlpReply.Reject(
        IlpErrorCode.ConnectorBusy, message: "too many packets wait for an answer");

    public static IlpReply Nonsense { get; } = IlpReply.Reject(
        IlpErrorCode.InternalError, message: "the peer's answer is no ILP packet");

    public static IlpReply InternalError { get; } = IlpReply.Reject(
        IlpErrorCode.InternalError, message: "internal error");

    public static IlpReply NotAPrepare { get; } = IlpReply.Reject(
        IlpErrorCode.InvalidPacket, message: "not an ILP Prepare");

    /// <summary>How long to wait for an answer; not for years, whatever the packet says, as timers cannot.</summary>
    public static TimeSpan TimeLeft(IlpPrepare prepare, TimeProvider time)
    {
        var left = prepare.ExpiresAt - time.GetUtcNow();
        return left < LongestWait ? left : LongestWait;
    }

    /// <summary>
    /// Asks a handler; one that fails answers T00, as a peer is owed an answer whatever happens here.
    /// </summary>
    public static async ValueTask<IlpReply> AskAsync(
        IlpHandler? handler, IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (handler is null)
            return NoHandler;
        try
        {
            return await handler(prepare, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotConnected;
        }
        catch (Exception)
        {
            return InternalError;
        }
    }
}
