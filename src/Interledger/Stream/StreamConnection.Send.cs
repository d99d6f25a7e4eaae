using System.Security.Cryptography;
using System.Text;
using Interledger.Packets;

namespace Interledger.Stream;

// What we send. There is no loop that waits: whoever changes something that is worth a packet asks for the pump, and
// so does every answer; the pump sends what can be sent and ends.
public sealed partial class StreamConnection : IThreadPoolWorkItem
{
    private const int MaxOtherInFlight = 4;

    private readonly CongestionControl _congestion;
    private ulong _nextSequence = 1;
    private int _moneyInFlight;
    private int _otherInFlight;
    private int _pumpRequests;
    private bool _addressToTell;
    private bool _detailsToTell;
    private bool _maxStreamIdToTell;
    private bool _keepAliveToSend;
    private bool _blockedToTell;

    internal StreamFailure? SendFailureUnderGate { get; private set; }

    internal bool CanSendUnderGate => Closure is null && SendFailureUnderGate is null && !PeerAddress.IsEmpty;

    /// <summary>Has what can be sent be sent, soon and elsewhere.</summary>
    internal void RequestPump()
    {
        if (Interlocked.Increment(ref _pumpRequests) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        int requests;
        do
        {
            requests = Volatile.Read(ref _pumpRequests);
            try
            {
                while (BuildNext() is { } packet)
                    _ = SendAsync(packet);
            }
            catch (Exception e)
            {
                FailSending(e);
            }
        }
        while (Interlocked.CompareExchange(ref _pumpRequests, 0, requests) != requests);
    }

    private void RequestPumpIf(bool needed)
    {
        if (needed)
            RequestPump();
    }

    private OutgoingPacket? BuildNext()
    {
        lock (Gate)
        {
            if (!CanSendUnderGate)
                return null;
            if (_nextSequence > Options.MaxPackets)
            {
                FailSending(new StreamFailure(StreamFailureReason.Exhausted, "All packet numbers are used up."));
                return null;
            }

            return BuildMoney() ?? BuildOther();
        }
    }

    // Money travels without bytes: its packet may be held for long or rejected, and bytes must not be sent twice to
    // JavaScript peers, which cannot put them in order then.
    private OutgoingPacket? BuildMoney()
    {
        if (_closing || _moneyBackoff.IsPausing)
            return null;
        foreach (var stream in _streams.Values)
        {
            if (stream.LeftToSend == 0 || stream.SendRoom == 0)
                continue;
            if (_latestRate is not { } rate)
            {
                _ = BeginProbe();
                return null;
            }

            // A peer that was told of the stream has told its limit; if it has not, one packet finds it out.
            if (stream.PeerRoom is null && !stream.IsAnnounced)
                continue;
            var limit = stream is { PeerRoom: null, Sent: 0 } ? 1 : _congestion.InFlight;
            if (_moneyInFlight >= limit)
                continue;
            var amount = Math.Min(stream.LeftToSend, _congestion.PacketAmount);
            if (stream.SendRoom is { } room)
                amount = Math.Min(amount, rate.SourceFor(room));
            if (amount > 0)
                return BuildMoney(stream, amount, rate.DestinationFor(amount), MinimumFor(amount));
            FailSending(new StreamFailure(StreamFailureReason.Refused, "The route forwards no money."));
            return null;
        }

        return null;
    }

    private OutgoingPacket BuildMoney(MoneyStream stream, ulong amount, ulong delivery, ulong minimum)
    {
        var frames = BeginRequest();
        AddState(frames, stream);
        frames.Add(StreamFrame.StreamMoney(stream.Id, amount));
        // The last that the peer takes: with it the peer hears that there would be more.
        if (stream.SendRoom <= delivery && stream.LeftToSend > amount)
            AddBlocked(frames, stream);
        var sequence = _nextSequence++;
        stream.BeginSend(amount, delivery);
        _moneyInFlight++;
        return new OutgoingPacket
        {
            Sequence = sequence,
            Prepare = BuildPrepare(sequence, amount, minimum, frames),
            Minimum = minimum,
            Payer = stream,
            Delivery = delivery,
        };
    }

    private OutgoingPacket? BuildOther()
    {
        if (_testsToSend || _otherInFlight >= MaxOtherInFlight || _otherBackoff.IsPausing)
            return null;
        if (!_keepAliveToSend && !_blockedToTell && !_maxStreamIdToTell && !_streams.Values.Any(HasSomethingToTell))
            return null;
        var sequence = _nextSequence++;
        var packet = new OutgoingPacket { Sequence = sequence };
        var frames = BeginRequest();
        if (_maxStreamIdToTell)
        {
            frames.Add(StreamFrame.ConnectionMaxStreamId(_peerStreams.Max));
            (packet.MaxStreamIdTold, _maxStreamIdToTell) = (true, false);
        }

        if (_blockedToTell)
            frames.Add(StreamFrame.ConnectionDataBlocked(WrittenData));
        foreach (var stream in _streams.Values)
        {
            if (frames.Length > MaxFrames - 256)
                break;
            AddAll(frames, stream, packet);
        }

        _keepAliveToSend = _blockedToTell = false;
        _otherInFlight++;
        packet.Prepare = BuildPrepare(sequence, 0, 0, frames);
        return packet;
    }

    private void AddAll(StreamFrameBuffer frames, MoneyStream stream, OutgoingPacket packet)
    {
        AddState(frames, stream);
        if (stream.CloseToTell)
        {
            stream.CloseToTell = false;
            packet.ClosesTold.Add(stream);
        }

        if (stream.Closure is not null)
            return;
        if (stream.LimitsToTell)
        {
            stream.LimitsToTell = false;
            packet.LimitsTold.Add(stream);
        }

        if (IsBlocked(stream))
            AddBlocked(frames, stream);
        while (TakeData(stream, MaxFrames - frames.Length, out var offset, out var data))
        {
            frames.Add(StreamFrame.StreamData(stream.Id, offset, data.Span));
            packet.Data.Add((stream, offset, data));
        }
    }

    private static void AddBlocked(StreamFrameBuffer frames, MoneyStream stream)
    {
        frames.Add(StreamFrame.StreamMoneyBlocked(stream.Id, stream.SendLimit, stream.Sent));
        stream.BlockedTold = true;
    }

    private bool HasSomethingToTell(MoneyStream stream) =>
        stream.LimitsToTell || stream.CloseToTell || IsBlocked(stream) || HasData(stream);

    private bool HasSomethingToSend(MoneyStream stream) => HasSomethingToTell(stream) || stream.LeftToSend > 0;

    private static bool IsBlocked(MoneyStream stream) =>
        !stream.BlockedTold && stream.LeftToSend > 0 && stream.InFlight == 0 && stream.SendRoom == 0;

    private bool HasData(MoneyStream stream) =>
        stream.Closure is null && stream.Outgoing.CanSend(DataLimit(stream));

    private bool TakeData(MoneyStream stream, int room, out ulong offset, out ReadOnlyMemory<byte> data)
    {
        (offset, data) = (0, default);
        return stream.Closure is null
            && stream.Outgoing.TryTake(room - DataFrameOverhead, DataLimit(stream), out offset, out data);
    }

    // Up to where a stream may send now: by its own limit and by what the connection has left.
    private ulong DataLimit(MoneyStream stream)
    {
        var connectionRoom = _peerMaxData > SentData ? _peerMaxData - SentData : 0;
        return Math.Min(
            stream.PeerMaxData, ExchangeRate.Saturate((UInt128)stream.Outgoing.SentOffset + connectionRoom));
    }

    private StreamFrameBuffer BeginRequest()
    {
        var frames = StreamScratch.Current.Frames;
        frames.Clear();
        if (_addressToTell)
        {
            frames.Add(StreamFrame.ConnectionNewAddress(Encoding.ASCII.GetBytes(LocalAddress.Value)));
            AddAssetDetails(frames);
        }

        frames.Add(StreamFrame.ConnectionMaxData(MaxData));
        return frames;
    }

    private IlpPrepare BuildPrepare(
        ulong sequence, ulong amount, ulong minimum, StreamFrameBuffer frames, bool isTest = false)
    {
        var data = Seal(IlpPacketType.Prepare, sequence, minimum, frames);
        Span<byte> condition = stackalloc byte[StreamKeys.HashLength];
        if (isTest)
        {
            RandomNumberGenerator.Fill(condition);
        }
        else
        {
            Span<byte> fulfillment = stackalloc byte[StreamKeys.HashLength];
            Keys.Fulfillment(data, fulfillment);
            StreamKeys.Condition(fulfillment, condition);
        }

        return IlpPrepare.Create(amount, Now + Options.PacketLifetime, condition, PeerAddress, data);
    }
}
