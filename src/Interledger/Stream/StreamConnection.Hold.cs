using Interledger.Packets;

namespace Interledger.Stream;

// The hold: money has arrived, and somebody decides whether it is taken.
public sealed partial class StreamConnection
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    private const int MostUnwanted = 20;

    private ulong _held;

    // Packets in a row with money that there was no room for.
    private int _unwanted;
    private SemaphoreSlim? _turn;

    private async ValueTask<IlpReply> DecideAsync(HeldMoney held, MoneyHandler handler, CancellationToken linkToken)
    {
        SemaphoreSlim turn;
        CancellationTokenSource ended;
        lock (Gate)
        {
            turn = _turn ??= new SemaphoreSlim(1);
            ended = _ended ??= new CancellationTokenSource();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(linkToken, ended.Token);
        var timeLeft = held.ExpiresAt - Now - Options.DecisionMargin;
        // A peer may write any expiry; timers do not run for centuries, and nobody should wait for hours.
        if (timeLeft > LongestHold)
            timeLeft = LongestHold;
        await using var deadline = timeLeft > TimeSpan.Zero
            ? _home.Time.CreateTimer(Cancel, stop, timeLeft, Timeout.InfiniteTimeSpan)
            : null;
        if (deadline is null)
            await stop.CancelAsync();
        try
        {
            await turn.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            return Settle(held, MoneyDecision.RejectTemporary, linkToken);
        }

        try
        {
            var decision = await AskAsync(held, handler, stop.Token);
            return Settle(held, decision, linkToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask<MoneyDecision> AskAsync(HeldMoney held, MoneyHandler handler, CancellationToken stop)
    {
        IncomingMoney money;
        lock (Gate)
        {
            if (held.Shares.Any(static share => share.Stream.Closure is not null))
                return MoneyDecision.RejectTemporary;
            var shares = Array.ConvertAll(
                held.Shares,
                static share => new IncomingShare(share.Stream, share.Amount, share.Stream.Received));
            money = new IncomingMoney(this, shares, held.Amount, held.Sequence, held.ExpiresAt);
        }

        try
        {
            return await handler(money, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return MoneyDecision.RejectTemporary;
        }
        catch (Exception)
        {
            // Whoever decides has a bug. The sender must not try for ever.
            return MoneyDecision.RejectAndClose(StreamErrorCode.InternalError);
        }
    }

    // An acceptance that comes when nobody waits any more moves no money, so it must not count.
    private IlpReply Settle(HeldMoney held, MoneyDecision decision, CancellationToken linkToken)
    {
        lock (Gate)
        {
            Touch();
            if (decision.Kind == MoneyDecisionKind.Accept && !linkToken.IsCancellationRequested && Now < held.ExpiresAt)
                return Accept(held);
            Release(held);
            switch (decision.Kind)
            {
                case MoneyDecisionKind.RejectAndClose:
                    return RejectAndClose(held, decision);
                case MoneyDecisionKind.RejectAndCloseStream:
                    return RejectAndCloseStream(held, decision);
                case MoneyDecisionKind.Accept or MoneyDecisionKind.RejectTemporary:
                default:
                    return Closure is not null
                        ? RejectClosed(held)
                        : Reject(held.Sequence, held.Amount, IlpErrorCode.InternalError);
            }
        }
    }

    private IlpReply Accept(HeldMoney held)
    {
        Release(held);
        _unwanted = 0;
        foreach (var (stream, amount) in held.Shares)
        {
            stream.Received += amount;
            stream.Changed.Raise();
        }

        _totalReceived += held.Amount;
        _hasMovedMoney |= held.Amount > 0;
        return Fulfill(held);
    }

    private void Release(HeldMoney held)
    {
        foreach (var (stream, amount) in held.Shares)
            stream.HeldAmount -= amount;
        if (held.Shares.Length > 0)
            _held -= held.Amount;
    }

    private static void Cancel(object? source)
    {
        try
        {
            ((CancellationTokenSource)source!).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The decision came at the same moment.
        }
    }
}
