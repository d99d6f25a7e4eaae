using Interledger.Addresses;

namespace Interledger.Stream;

// What the frames of requests and answers mean for our state.
public sealed partial class StreamConnection
{
    private const ulong DefaultPeerMaxStreams = 10;
    private const ulong InitialPeerMaxData = 65534;

    private ulong _peerMaxData = InitialPeerMaxData;

    // False if the bytes of the frame could not be taken now. Called under the gate.
    private bool TryApply(in StreamFrame frame)
    {
        if (frame.Type >= StreamFrameType.StreamClose)
            return !_streams.TryGetValue(frame.StreamId, out var stream) || TryApply(frame, stream);
        switch (frame.Type)
        {
            case StreamFrameType.ConnectionClose:
                _peerKnowsEnd = true;
                End(new StreamClosure(frame.ErrorCode, frame.ErrorMessage, ByPeer: true));
                break;
            case StreamFrameType.ConnectionNewAddress:
                LearnAddress(frame.Address);
                break;
            case StreamFrameType.ConnectionAssetDetails:
                _peerAsset = new AssetDetails(frame.AssetCode, frame.AssetScale);
                break;
            case StreamFrameType.ConnectionMaxData:
                // JavaScript peers count the streams that are open, so their limit falls back when one is closed.
                _peerMaxData = frame.MaxOffset == InitialPeerMaxData
                    ? frame.MaxOffset
                    : Math.Max(_peerMaxData, frame.MaxOffset);
                break;
            case StreamFrameType.ConnectionMaxStreamId:
                _peerMaxStreamId = Math.Max(_peerMaxStreamId, frame.MaxStreamId);
                break;
            default:
                // That the peer is blocked is answered by the limits in every reply.
                break;
        }

        return true;
    }

    private bool TryApply(in StreamFrame frame, MoneyStream stream)
    {
        switch (frame.Type)
        {
            case StreamFrameType.StreamClose:
                (stream.CloseToTell, stream.CloseTold) = (false, true);
                stream.Changed.Raise();
                _streams.Remove(stream.Id);
                EndStream(stream, new StreamClosure(frame.ErrorCode, frame.ErrorMessage, ByPeer: true));
                break;
            case StreamFrameType.StreamMaxMoney:
                stream.LearnPeerLimit(frame.ReceiveMax, frame.TotalReceived);
                RequestPumpIf(stream.LeftToSend > 0);
                break;
            case StreamFrameType.StreamMaxData:
                stream.PeerMaxData = Math.Max(stream.PeerMaxData, frame.MaxOffset);
                // JavaScript peers tell the connection's limit only in answers: ask for one.
                _blockedToTell |= stream.Outgoing.HasFresh && SentData >= _peerMaxData;
                RequestPumpIf(stream.Outgoing.HasFresh);
                break;
            case StreamFrameType.StreamData:
                return TryStore(frame, stream);
            default:
                break;
        }

        return true;
    }

    private bool TryStore(in StreamFrame frame, MoneyStream stream)
    {
        if (stream.Closure is not null)
            return true;
        var arrival = stream.Incoming.Write(frame.Offset, frame.Data);
        if (arrival == DataArrival.TooScattered)
            return false;
        if (arrival == DataArrival.BeyondWindow || UnreadData > (ulong)Options.ConnectionReceiveWindow)
            End(new StreamClosure(StreamErrorCode.FlowControlError, "more data than was allowed"));
        else if (stream.Incoming.Readable > 0)
            stream.Changed.Raise();
        return true;
    }

    // A peer that only sends has no address, and tells an empty one to be told our asset: @interledger/pay does.
    private void LearnAddress(ReadOnlySpan<byte> ascii)
    {
        if (IlpAddress.TryParse(ascii, out var address) && address != PeerAddress)
        {
            PeerAddress = address;
            if (IsServer)
                (SendFailureUnderGate, _probe) = (null, null);
        }

        _detailsToTell = true;
        RequestPumpIf(_streams.Values.Any(HasSomethingToSend));
    }

    private ulong UnreadData => Sum(static stream =>
        stream.Incoming.HighestOffset - Math.Min(stream.Incoming.ReadOffset, stream.Incoming.HighestOffset));

    private ulong MaxData =>
        (ulong)Options.ConnectionReceiveWindow + Sum(static stream => stream.Incoming.ReadOffset);

    private ulong SentData => Sum(static stream => stream.Outgoing.SentOffset);

    private ulong WrittenData => Sum(static stream => stream.Outgoing.WrittenOffset);

    private ulong Sum(Func<MoneyStream, ulong> value)
    {
        var sum = 0UL;
        foreach (var stream in _streams.Values)
            sum += value(stream);
        return sum;
    }
}
