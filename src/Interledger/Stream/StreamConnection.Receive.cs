using Interledger.Packets;

namespace Interledger.Stream;

// What the peer sends (RFC 0029, sections 4.3 and 5): frames are acted on whether or not the packet can be fulfilled,
// since only the peer can have written them.
public sealed partial class StreamConnection
{
    /// <summary>
    /// Answers a Prepare whose data was decrypted and read. The packet is not touched any more when this returns,
    /// though the answer may come later.
    /// </summary>
    internal ValueTask<IlpReply> ReceiveAsync(
        IlpPrepare prepare, in StreamPacket packet, CancellationToken linkToken)
    {
        List<MoneyStream>? opened = null;
        bool isFirst;
        lock (Gate)
        {
            if (_forgotten)
                return ValueTask.FromResult(Forgotten());
            Touch();
            if (Closure is not null)
                return ValueTask.FromResult(AnswerClosed(prepare, packet));
            if (!_sequences.TryAccept(packet.Sequence))
                return ValueTask.FromResult(Reject(packet.Sequence, prepare.Amount));
            if (!TryOpenStreams(packet, ref opened))
                return ValueTask.FromResult(RejectClosed(packet, prepare.Amount));
            isFirst = IsFirstMoney(prepare, packet);
            BeginsWithMoney |= isFirst;
        }

        if (opened is not null && _onStream is { } onStream)
            opened.ForEach(onStream);
        return isFirst && _onFirstMoney is { } handler
            ? ReceiveFirstAsync(prepare, packet.Keep(), handler, linkToken)
            : TakeAsync(prepare, packet, linkToken);
    }

    private ValueTask<IlpReply> TakeAsync(IlpPrepare prepare, in StreamPacket packet, CancellationToken linkToken)
    {
        HeldMoney held;
        lock (Gate)
        {
            if (_forgotten)
                return ValueTask.FromResult(Forgotten());
            if (Take(prepare, packet, out held) is { } refusal)
                return ValueTask.FromResult(refusal);
            if (held.Shares.Length == 0 || _onMoney is null)
                return ValueTask.FromResult(Accept(held));
        }

        return DecideAsync(held, _onMoney, linkToken);
    }

    private bool TryOpenStreams(in StreamPacket packet, ref List<MoneyStream>? opened)
    {
        foreach (var frame in packet)
        {
            if (frame.Type is not (StreamFrameType.StreamMoney or StreamFrameType.StreamData
                or StreamFrameType.StreamMaxMoney or StreamFrameType.StreamMaxData)
                || _streams.ContainsKey(frame.StreamId) || IsOwnStream(frame.StreamId))
                continue;
            switch (_peerStreams.Open(frame.StreamId))
            {
                case PeerStreamOpening.Opened:
                    var stream = new MoneyStream(this, frame.StreamId) { IsAnnounced = true };
                    _streams.Add(stream.Id, stream);
                    (opened ??= []).Add(stream);
                    break;
                case PeerStreamOpening.OpenedBefore:
                    break;
                case PeerStreamOpening.TooHigh:
                    End(new StreamClosure(StreamErrorCode.StreamIdError, "too many streams"));
                    return false;
                case PeerStreamOpening.WrongSide:
                default:
                    End(new StreamClosure(StreamErrorCode.ProtocolViolation, "a stream number of the other side"));
                    return false;
            }
        }

        return true;
    }

    // Acts on the frames and finds out what the packet brings, or gives the answer if it is not to be fulfilled.
    private IlpReply? Take(IlpPrepare prepare, in StreamPacket packet, out HeldMoney held)
    {
        held = default;
        var amount = prepare.Amount;
        var totalShares = UInt128.Zero;
        var shareCount = 0;
        ulong closedStreamId = 0;
        var scattered = false;
        foreach (var frame in packet)
        {
            if (frame.Type is StreamFrameType.StreamMoney or StreamFrameType.StreamData
                && !(_streams.TryGetValue(frame.StreamId, out var stream) && stream.Closure is null))
            {
                closedStreamId = frame.StreamId;
                continue;
            }

            if (frame.Type == StreamFrameType.StreamMoney && frame.Shares > 0)
            {
                totalShares += frame.Shares;
                shareCount++;
            }

            scattered |= !TryApply(frame);
        }

        if (Closure is not null)
            return RejectClosed(packet, amount);
        if (closedStreamId != 0)
            return RejectClosedStream(packet.Sequence, amount, closedStreamId);
        // Nobody waits any more for the answer to a packet that has expired; the money would be lost on the way back.
        if (scattered || (amount > 0 && prepare.ExpiresAt <= Now))
            return Reject(packet.Sequence, amount, IlpErrorCode.InternalError);
        if (packet.Amount > amount || !TryFulfill(prepare, out held))
            return Reject(packet.Sequence, amount);
        if (amount > 0 && !TryShare(packet, amount, totalShares, shareCount, ref held))
            return RejectUnwanted(packet, amount);
        held = held with { Sequence = packet.Sequence, Amount = amount, ExpiresAt = prepare.ExpiresAt };
        return null;
    }

    // There may be room when what is held has been decided. A JavaScript sender can have two loops running, and after a
    // final error it sends again at once, as long as the hold lasts; after a temporary one it pauses. One that knows of
    // an older and larger maximum, from before this side was restarted, would never stop: it is told to.
    private IlpReply RejectUnwanted(in StreamPacket packet, ulong amount)
    {
        if (_held > 0)
            return Reject(packet.Sequence, amount, IlpErrorCode.InternalError);
        if (++_unwanted <= MostUnwanted)
            return Reject(packet.Sequence, amount);
        End(new StreamClosure(StreamErrorCode.FlowControlError, "this is more than may be sent"));
        return RejectClosed(packet, amount);
    }

    /// <summary>More is welcome now, so what came too early does not count.</summary>
    internal void ForgiveUnwanted() => _unwanted = 0;

    private bool TryFulfill(IlpPrepare prepare, out HeldMoney held)
    {
        var fulfillment = new byte[StreamKeys.HashLength];
        Keys.Fulfillment(prepare.Data.Span, fulfillment);
        Span<byte> condition = stackalloc byte[StreamKeys.HashLength];
        StreamKeys.Condition(fulfillment, condition);
        held = new HeldMoney(fulfillment, []);
        return condition.SequenceEqual(prepare.Condition);
    }

    // Divides the amount by shares; what rounding leaves belongs to the last stream, so that all of it is counted.
    private bool TryShare(in StreamPacket packet, ulong amount, UInt128 totalShares, int shareCount, ref HeldMoney held)
    {
        if (shareCount == 0 || totalShares > ulong.MaxValue)
            return false;
        var shares = new (MoneyStream Stream, ulong Amount)[shareCount];
        var left = amount;
        var index = 0;
        foreach (var frame in packet)
        {
            if (frame.Type != StreamFrameType.StreamMoney || frame.Shares == 0)
                continue;
            // The packet itself may have closed the stream.
            if (!_streams.TryGetValue(frame.StreamId, out var stream) || stream.Closure is not null)
                return false;
            var part = index == shareCount - 1 ? left : (ulong)((UInt128)amount * frame.Shares / totalShares);
            left -= part;
            shares[index++] = (stream, part);
        }

        var taken = 0;
        while (taken < shareCount && shares[taken].Stream.HasRoomFor(shares[taken].Amount))
            shares[taken].Stream.HeldAmount += shares[taken++].Amount;
        if (taken < shareCount || (UInt128)_totalReceived + _held + amount > ulong.MaxValue)
        {
            for (var i = 0; i < taken; i++)
                shares[i].Stream.HeldAmount -= shares[i].Amount;
            return false;
        }

        _held += amount;
        held = held with { Shares = shares };
        return true;
    }

    // Sent again, it finds a connection that is made anew.
    private IlpReply Forgotten() => IlpReply.Reject(IlpErrorCode.InternalError, LocalAddress);

    private bool IsOwnStream(ulong id) => !_peerStreams.IsOfPeer(id) && id != 0 && id < _nextStreamId;
}
