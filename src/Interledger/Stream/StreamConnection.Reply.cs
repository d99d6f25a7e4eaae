using System.Text;
using Interledger.Packets;

namespace Interledger.Stream;

// What we answer. Every answer tells all limits, so a peer that missed one learns them from the next.
public sealed partial class StreamConnection
{
    // JavaScript peers refuse data above this, and RFC 0027 above one more.
    private const int MaxPacketData = IlpEnvelope.MaxDataLength - 1;
    private const int MaxFrames = MaxPacketData - StreamKeys.Overhead - 32;

    // The frame around data: type, length, stream, offset, length.
    private const int DataFrameOverhead = 32;
    private const int MaxClosesInReply = 100;

    private IlpReply Fulfill(HeldMoney held)
    {
        var frames = BeginReply(ReceiptRoom(held));
        AddReceipts(frames, held);
        if (!CanSendUnderGate)
            AddData(frames);
        var data = Seal(IlpPacketType.Fulfill, held.Sequence, held.Amount, frames);
        return IlpReply.Fulfill(held.Fulfillment, data);
    }

    private IlpReply Reject(ulong sequence, ulong amount, IlpErrorCode? code = null) =>
        Reject(sequence, amount, code ?? IlpErrorCode.ApplicationError, BeginReply());

    private IlpReply RejectClosed(in StreamPacket packet, ulong amount)
    {
        var frames = StreamScratch.Current.Frames;
        frames.Clear();
        // JavaScript peers go on with a stream as long as only its connection is closed.
        foreach (var frame in packet)
        {
            if (frame.Type == StreamFrameType.StreamMoney && frames.Count < MaxClosesInReply)
                frames.Add(StreamFrame.StreamClose(frame.StreamId, ClosureToTell.Code, default));
        }

        AddClosure(frames);
        return Reject(packet.Sequence, amount, IlpErrorCode.ApplicationError, frames);
    }

    // JavaScript peers that are told of the end close their streams, and send that without a pause until it is
    // fulfilled. So what brings no money is fulfilled, and the end told only to those who do not know it.
    private IlpReply AnswerClosed(IlpPrepare prepare, in StreamPacket packet)
    {
        if (prepare.Amount > 0 || !TryFulfill(prepare, out var held))
            return RejectClosed(packet, prepare.Amount);
        var frames = StreamScratch.Current.Frames;
        frames.Clear();
        if (!_peerKnowsEnd)
            AddClosure(frames);
        return IlpReply.Fulfill(held.Fulfillment, Seal(IlpPacketType.Fulfill, packet.Sequence, 0, frames));
    }

    // When the peer closed it, it was for its own reasons.
    private (StreamErrorCode Code, string Message) ClosureToTell => Closure is { ByPeer: false } closure
        ? (closure.Code, closure.Message)
        : (StreamErrorCode.NoError, "");

    private void AddClosure(StreamFrameBuffer frames) =>
        frames.Add(StreamFrame.ConnectionClose(ClosureToTell.Code, Encoding.UTF8.GetBytes(ClosureToTell.Message)));

    // JavaScript peers raise an error event for a stream that is closed with a message, and a program that does not
    // expect it dies of that. So streams are closed without words.
    private IlpReply RejectClosedStream(ulong sequence, ulong amount, ulong streamId)
    {
        var frames = BeginReply();
        frames.Add(StreamFrame.StreamClose(streamId, StreamErrorCode.StreamStateError, default));
        return Reject(sequence, amount, IlpErrorCode.ApplicationError, frames);
    }

    private IlpReply RejectAndCloseStream(HeldMoney held, MoneyDecision decision)
    {
        foreach (var (stream, _) in held.Shares)
            EndStream(stream, new StreamClosure(decision.Code));
        var frames = BeginReply();
        foreach (var (stream, _) in held.Shares)
            frames.Add(StreamFrame.StreamClose(stream.Id, decision.Code, default));
        return Reject(held.Sequence, held.Amount, IlpErrorCode.ApplicationError, frames);
    }

    private IlpReply RejectAndClose(HeldMoney held, MoneyDecision decision)
    {
        End(new StreamClosure(decision.Code, decision.Message));
        return RejectClosed(held);
    }

    private IlpReply RejectClosed(HeldMoney held)
    {
        var frames = StreamScratch.Current.Frames;
        frames.Clear();
        foreach (var (stream, _) in held.Shares)
            frames.Add(StreamFrame.StreamClose(stream.Id, ClosureToTell.Code, default));
        AddClosure(frames);
        return Reject(held.Sequence, held.Amount, IlpErrorCode.ApplicationError, frames);
    }

    private IlpReply Reject(ulong sequence, ulong amount, IlpErrorCode code, StreamFrameBuffer frames) =>
        IlpReply.Reject(code, LocalAddress, data: Seal(IlpPacketType.Reject, sequence, amount, frames));

    private StreamFrameBuffer BeginReply(int reserved = 0)
    {
        var frames = StreamScratch.Current.Frames;
        frames.Clear();
        frames.Add(StreamFrame.ConnectionMaxData(MaxData));
        if (_detailsToTell || _maxStreamIdToTell)
            frames.Add(StreamFrame.ConnectionMaxStreamId(_peerStreams.Max));
        if (_detailsToTell)
            AddAssetDetails(frames);
        _detailsToTell = false;
        foreach (var stream in _streams.Values)
        {
            if (frames.Length > MaxFrames - 128 - reserved)
                break;
            AddState(frames, stream);
            stream.IsLimitKnown = true;
        }

        return frames;
    }

    private void AddState(StreamFrameBuffer frames, MoneyStream stream)
    {
        if (stream.Closure is { } closure)
        {
            frames.Add(StreamFrame.StreamClose(stream.Id, closure.Code, default));
            return;
        }

        frames.Add(StreamFrame.StreamMaxMoney(stream.Id, stream.ReceiveLimit, stream.Received));
        frames.Add(StreamFrame.StreamMaxData(stream.Id, stream.Incoming.MaxOffset));
    }

    private void AddAssetDetails(StreamFrameBuffer frames) =>
        frames.Add(StreamFrame.ConnectionAssetDetails(Encoding.UTF8.GetBytes(Asset.Code), Asset.Scale));

    // A peer that has told no address gets data in answers. Whether these arrive is not known, so each byte is sent
    // once.
    private void AddData(StreamFrameBuffer frames)
    {
        foreach (var stream in _streams.Values)
        {
            if (TakeData(stream, MaxFrames - frames.Length, out var offset, out var data))
            {
                frames.Add(StreamFrame.StreamData(stream.Id, offset, data.Span));
                stream.Outgoing.Confirm(data.Length);
                stream.Changed.Raise();
            }
        }
    }

    private byte[] Seal(IlpPacketType type, ulong sequence, ulong amount, StreamFrameBuffer frames)
    {
        var plaintext = StreamScratch.Current.Plaintext;
        plaintext.ResetWrittenCount();
        StreamPacket.Write(plaintext, type, sequence, amount, frames);
        var data = new byte[plaintext.WrittenCount + StreamKeys.Overhead];
        Keys.Encrypt(plaintext.WrittenSpan, data);
        return data;
    }
}
