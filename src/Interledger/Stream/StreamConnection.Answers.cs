using System.Buffers;
using Interledger.Packets;

namespace Interledger.Stream;

// What becomes of the packets that we have sent.
public sealed partial class StreamConnection
{
    private readonly Backoff _moneyBackoff;
    private readonly Backoff _otherBackoff;

    private async Task SendAsync(OutgoingPacket packet)
    {
        try
        {
            var wasConnected = _home.Link.IsConnected;
            var reply = await SendAsync(packet.Prepare);
            lock (Gate)
            {
                if (wasConnected && IsOfTheLink(reply))
                    packet.Payer?.Doubt(packet.Prepare.Amount);
                OnAnswer(packet, reply);
            }

            RequestPump();
        }
        catch (Exception e)
        {
            // Nobody awaits this; a bug must not look like a peer that is silent for ever.
            FailSending(e);
        }
    }

    /// <summary>Sends a packet of its own and waits for its answer: for a keep-alive, and to close.</summary>
    private async Task<bool> SendFramesAsync(Action<StreamFrameBuffer> add, CancellationToken cancellationToken)
    {
        OutgoingPacket packet;
        lock (Gate)
        {
            if (!CanSendUnderGate || _nextSequence > Options.MaxPackets)
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
        catch (Exception e)
        {
            // A bug of the link. Whether the packet has left is not known, and that must not be lost.
            return IlpReply.Reject(IlpErrorCode.InternalError, message: e.Message);
        }
    }

    private void OnAnswer(OutgoingPacket packet, IlpReply reply)
    {
        var isFulfilled = reply.Fulfills(packet.Prepare.Condition);
        var isAuthentic = TryLearn(packet.Sequence, reply, out var arrived, packet.Payer);
        if (packet.Payer is not null)
        {
            // A receiver that fulfils has had the minimum, whatever it says.
            var delivered = isFulfilled ? Math.Max(arrived, packet.Minimum) : arrived;
            OnMoneyAnswered(packet, isFulfilled, delivered);
            if (isAuthentic)
                LearnRate(packet, isFulfilled, delivered);
        }
        else
        {
            _otherInFlight--;
        }

        if (isAuthentic)
            packet.LimitsTold.ForEach(static stream => stream.OnLimitsHeard());
        if (isFulfilled)
            OnFulfilled(packet);
        else
            OnRejected(packet, reply, isAuthentic, arrived);
        _changed.Raise();
    }

    // Reads the encrypted part of an answer, which only the peer can have made, and acts on its frames.
    private bool TryLearn(ulong sequence, IlpReply reply, out ulong arrived, MoneyStream? payer = null)
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

            if (payer is not null && reply.IsFulfill)
                LearnReceipt(packet, payer);
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
        packet.IsFulfilled = isFulfilled;
        if (!isFulfilled)
            return;
        _totalSent += amount;
        _totalDelivered = ExchangeRate.Saturate((UInt128)_totalDelivered + arrived);
        _hasMovedMoney = true;
        _congestion.OnFulfill(amount);
    }

    private void OnFulfilled(OutgoingPacket packet)
    {
        (packet.Payer is null ? _otherBackoff : _moneyBackoff).Succeed();
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
        var mayRepeat = isAuthentic || reply.IsFulfill || reply.Code.IsTemporary || reply.Code.IsRelative
            || reply.Code == IlpErrorCode.ApplicationError;
        if (packet.Payer is { } payer)
            OnMoneyRejected(packet, payer, reply, isAuthentic, arrived, mayRepeat);
        else if (!mayRepeat)
            FailSending(Final(reply));
        else if (!_otherBackoff.TryPause())
            FailSending(GaveUp(StreamFailureReason.GaveUp, reply));
    }

    private void OnMoneyRejected(
        OutgoingPacket packet, MoneyStream payer, IlpReply reply, bool isAuthentic, ulong arrived, bool mayRepeat)
    {
        // The peer takes no more for now, and has said so.
        if (isAuthentic && (payer.Closure is not null || payer.SendRoom == 0))
            return;
        if (reply.Code == IlpErrorCode.AmountTooLarge)
            OnAmountTooLarge(packet, reply);
        else if (!mayRepeat)
            FailSending(Final(reply));
        else if (_rate is not null) // Else it is found out next, with patience of its own.
            OnTemporary(packet, reply, isAuthentic && arrived < packet.Minimum);
    }

    private void OnAmountTooLarge(OutgoingPacket packet, IlpReply reply)
    {
        _congestion.OnAmountTooLarge(reply.Data.Span, packet.Prepare.Amount);
        if (_congestion.PacketAmount == 0)
            FailSending(new StreamFailure(StreamFailureReason.Refused, "The route forwards no money.", reply.Code));
        else if (_congestion.IsShrinkingForEver && !_moneyBackoff.TryPause())
            FailSending(GaveUp(StreamFailureReason.GaveUp, reply));
    }

    private void OnTemporary(OutgoingPacket packet, IlpReply reply, bool tooLittleArrived)
    {
        if (reply.Code == IlpErrorCode.InsufficientLiquidity)
            _congestion.OnInsufficientLiquidity(packet.Prepare.Amount);
        else
            _congestion.OnCongestion();
        // A rate that has fallen may rise again. Until then nothing is sent below the limit.
        if (!_moneyBackoff.TryPause())
            FailSending(GaveUp(
                tooLittleArrived ? StreamFailureReason.RateTooLow : StreamFailureReason.GaveUp, reply));
    }

    /// <summary>Goes on after a pause.</summary>
    internal void Resume(Backoff backoff)
    {
        lock (Gate)
            backoff.Resume();
        RequestPump();
    }

    private static StreamFailure GaveUp(StreamFailureReason reason, IlpReply reply) =>
        new(reason, $"{reply.Code} {reply.Message}", reply.Code);

    private static StreamFailure Final(IlpReply reply)
    {
        var reason = reply.Code == IlpErrorCode.Unreachable
            ? StreamFailureReason.Unreachable
            : StreamFailureReason.Refused;
        return GaveUp(reason, reply);
    }

    private void FailSending(Exception bug)
    {
        lock (Gate)
            FailSending(new StreamFailure(StreamFailureReason.Internal, bug.Message));
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
