using System.Buffers;
using Interledger.Packets;

namespace Interledger.Stream;

// What becomes of the packets that we have sent.
public sealed partial class StreamConnection
{
    private bool _isPausing;
    private ITimer? _retryTimer;
    private int _failures;

    private async Task SendAsync(OutgoingPacket packet)
    {
        var reply = await SendAsync(packet.Prepare);
        lock (Gate)
            OnAnswer(packet, reply);
        RequestPump();
    }

    /// <summary>Sends a packet of its own and waits for its answer: for a keep-alive, and to close.</summary>
    private async Task<bool> SendFramesAsync(Action<StreamFrameBuffer> add, CancellationToken cancellationToken)
    {
        OutgoingPacket packet;
        lock (Gate)
        {
            if (!CanSendUnderGate || _nextSequence >= LastSequence)
                return false;
            var frames = BeginRequest();
            add(frames);
            var sequence = _nextSequence++;
            packet = new OutgoingPacket { Sequence = sequence, Prepare = BuildPrepare(sequence, 0, 0, frames) };
        }

        var reply = await SendAsync(packet.Prepare).WaitAsync(cancellationToken);
        lock (Gate)
            return TryLearn(packet.Sequence, reply, out _);
    }

    private async Task<IlpReply> SendAsync(IlpPrepare prepare)
    {
        try
        {
            return await _home.Link.SendAsync(prepare, CancellationToken.None);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return IlpReply.Reject(IlpErrorCode.PeerUnreachable, message: "The link has gone.");
        }
    }

    private void OnAnswer(OutgoingPacket packet, IlpReply reply)
    {
        var isFulfilled = reply.Fulfills(packet.Prepare.Condition);
        var isAuthentic = TryLearn(packet.Sequence, reply, out var arrived);
        if (packet.Payer is not null)
            OnMoneyAnswered(packet, isFulfilled, isAuthentic ? arrived : packet.Minimum);
        else
            _otherInFlight--;
        if (isAuthentic)
            packet.LimitsTold.ForEach(static stream => stream.IsAnnounced = true);
        if (isFulfilled)
            OnFulfilled(packet);
        else
            OnRejected(packet, reply, isAuthentic, arrived);
        _changed.Raise();
    }

    // Reads the encrypted part of an answer, which only the peer can have made, and acts on its frames.
    private bool TryLearn(ulong sequence, IlpReply reply, out ulong arrived)
    {
        arrived = 0;
        var length = reply.Data.Length - StreamKeys.Overhead;
        if (length <= 0 || _forgotten)
            return false;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var plaintext = buffer.AsSpan(0, length);
            if (!Keys.TryDecrypt(reply.Data.Span, plaintext) || !StreamPacket.TryRead(plaintext, out var packet)
                || packet.Type != reply.Type || packet.Sequence != sequence)
                return false;
            Touch();
            arrived = packet.Amount;
            _addressToTell = false;
            if (Closure is null)
            {
                foreach (var frame in packet)
                    TryApply(frame);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void OnMoneyAnswered(OutgoingPacket packet, bool isFulfilled, ulong arrived)
    {
        var amount = packet.Prepare.Amount;
        _moneyInFlight--;
        packet.Payer!.EndSend(amount, packet.Delivery, isFulfilled ? arrived : null);
        if (!isFulfilled)
            return;
        _totalSent += amount;
        _totalDelivered = ExchangeRate.Saturate((UInt128)_totalDelivered + arrived);
        HasMovedMoney = true;
        _congestion.OnFulfill(amount);
    }

    private void OnFulfilled(OutgoingPacket packet)
    {
        _failures = 0;
        foreach (var (stream, _, data) in packet.Data)
        {
            stream.Outgoing.Confirm(data.Length);
            stream.Changed.Raise();
        }

        foreach (var stream in packet.ClosesTold)
        {
            stream.CloseTold = true;
            _streams.Remove(stream.Id);
            stream.Changed.Raise();
        }
    }

    private void OnRejected(OutgoingPacket packet, IlpReply reply, bool isAuthentic, ulong arrived)
    {
        foreach (var (stream, offset, data) in packet.Data)
            stream.Outgoing.Return(offset, data);
        foreach (var stream in packet.ClosesTold)
            stream.CloseToTell = _streams.ContainsKey(stream.Id);
        foreach (var stream in packet.LimitsTold)
            stream.LimitsToTell = true;
        _maxStreamIdToTell |= packet.MaxStreamIdTold;
        if (Closure is not null || SendFailureUnderGate is not null)
            return;
        var code = reply.Code;
        if (code == IlpErrorCode.AmountTooLarge && packet.Payer is not null)
            OnAmountTooLarge(packet, reply);
        else if (isAuthentic && packet.Payer is { } payer && (payer.Closure is not null || payer.PeerRoom == 0))
            _failures = 0; // The peer takes no more for now, and has said so.
        else if (isAuthentic && packet.Payer is not null && arrived < packet.Minimum)
            OnTooLittleArrived(reply);
        else if (isAuthentic || reply.IsFulfill || code.IsTemporary || code.IsRelative
            || code == IlpErrorCode.ApplicationError)
            OnTemporary(packet, reply);
        else
            FailSending(Final(reply));
    }

    private void OnAmountTooLarge(OutgoingPacket packet, IlpReply reply)
    {
        _congestion.OnAmountTooLarge(reply.Data.Span, packet.Prepare.Amount);
        if (_congestion.PacketAmount == 0)
            FailSending(new StreamFailure(StreamFailureReason.Refused, "The route forwards no money at all.", reply.Code));
    }

    private void OnTemporary(OutgoingPacket packet, IlpReply reply)
    {
        if (packet.Payer is not null && reply.Code == IlpErrorCode.InsufficientLiquidity)
            _congestion.OnInsufficientLiquidity(packet.Prepare.Amount);
        else if (packet.Payer is not null)
            _congestion.OnCongestion();
        BackOff(reply, StreamFailureReason.GaveUp);
    }

    // The rate has fallen since it was measured: wait, as it may rise again, and do not sell below the limit.
    private void OnTooLittleArrived(IlpReply reply) => BackOff(reply, StreamFailureReason.RateTooLow);

    private void BackOff(IlpReply reply, StreamFailureReason reason)
    {
        // Packets that were sent together fail together; they count as one.
        if (_isPausing)
            return;
        if (++_failures >= Options.MaxAttempts)
        {
            FailSending(new StreamFailure(reason, $"{reply.Code} {reply.Message}", reply.Code));
            return;
        }

        var delay = Options.RetryDelay * Math.Pow(2, Math.Min(_failures - 1, 16));
        if (delay > Options.MaxRetryDelay)
            delay = Options.MaxRetryDelay;
        _isPausing = true;
        _retryTimer?.Dispose();
        _retryTimer = _home.Time.CreateTimer(
            static connection => ((StreamConnection)connection!).Resume(), this, delay, Timeout.InfiniteTimeSpan);
    }

    private void Resume()
    {
        lock (Gate)
            _isPausing = false;
        RequestPump();
    }

    private static StreamFailure Final(IlpReply reply)
    {
        var reason = reply.Code == IlpErrorCode.Unreachable ? StreamFailureReason.Unreachable : StreamFailureReason.Refused;
        return new StreamFailure(reason, $"{reply.Code} {reply.Message}", reply.Code);
    }

    // A client whose packets go nowhere has no connection any more. A server goes on answering: its client may be one
    // that cannot be reached, or may come back with another address.
    private void FailSending(StreamFailure failure)
    {
        if (SendFailureUnderGate is not null || Closure is not null)
            return;
        SendFailureUnderGate = failure;
        if (!IsServer)
            End(new StreamClosure(StreamErrorCode.InternalError, failure.Message) { Failure = failure });
        foreach (var stream in _streams.Values)
            stream.Changed.Raise();
        _changed.Raise();
    }
}
