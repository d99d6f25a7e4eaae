using Interledger.Packets;

namespace Interledger.Stream;

// The exchange rate is found out as JavaScript peers do it: by packets that nobody can fulfil, of growing amounts,
// which the receiver rejects with the amount that has arrived.
public sealed partial class StreamConnection
{
    private const int MaxVolleys = 15;
    private const ulong PreciseEnough = 100;

    private static readonly ulong[] FirstVolley = [1, 1_000, 1_000_000, 1_000_000_000, 1_000_000_000_000];

    // What was measured at first is what packets must not fall far below; the latest is what the next one may bring.
    private ExchangeRate? _rate;
    private ExchangeRate? _latestRate;
    private Task<StreamFailure?>? _probe;

    // Until the first tests have left, what else there is to tell waits for them to carry it.
    private bool _testsToSend;

    /// <summary>
    /// Connects: finds out whether the peer is there, what it counts in and what arrives there of what is sent. Null
    /// when all is well. Sending does it by itself when it was not done before.
    /// </summary>
    public Task<StreamFailure?> OpenAsync(CancellationToken cancellationToken = default)
    {
        lock (Gate)
            return BeginProbe().WaitAsync(cancellationToken);
    }

    private Task<StreamFailure?> BeginProbe()
    {
        if (_probe is not null)
            return _probe;
        _testsToSend = true;
        return _probe = Task.Run(() => ProbeAsync());
    }

    private async Task<StreamFailure?> ProbeAsync(OutgoingPacket? first = null)
    {
        StreamFailure? failure;
        try
        {
            failure = first is not null && await TryPayAsync(first) ? null : await MeasureAsync();
        }
        catch (Exception e)
        {
            failure = new StreamFailure(StreamFailureReason.Internal, e.Message);
        }

        lock (Gate)
        {
            _testsToSend = false;
            if (failure is not null)
                FailSending(failure);
        }

        RequestPump();
        return failure;
    }

    private async Task<StreamFailure?> MeasureAsync()
    {
        var (amounts, others) = AmountsToTest();
        var delay = Options.RetryDelay;
        ExchangeRate? best = null;
        var last = default(IlpReply);
        for (var volley = 0; volley < MaxVolleys && amounts.Length > 0; volley++)
        {
            var tests = await TestAsync(amounts);
            foreach (var test in tests)
            {
                if (test.Arrived > 0 && (best is null || test.Arrived >= best.Value.Delivered))
                    best = new ExchangeRate(test.Arrived, test.Amount);
            }

            if (Closure is { } closure)
                return closure.Failure ?? new StreamFailure(StreamFailureReason.Closed, closure.Message);
            if (best is { Delivered: >= PreciseEnough }
                || (others.Length == 0 && tests.All(static test => test.IsAnswered)))
                break;
            // What was too much for a connector on the way tells nothing more when nobody is at the end of it.
            if (best is null && others.Length == 0
                && Array.Find(tests, static test => test.IsRefused) is { IsRefused: true } refused)
                return Final(refused.Reply);
            last = Array.Find(tests, static test => !test.IsAnswered).Reply;
            var isPatient = others.Length == 0 && tests.Any(static test => test.IsCongested);
            amounts = [.. NextVolley(tests), .. others];
            others = [];
            if (isPatient)
            {
                await Task.Delay(delay, _home.Time, CancellationToken.None);
                delay = delay * 1.5 < Options.MaxRetryDelay ? delay * 1.5 : Options.MaxRetryDelay;
            }
        }

        return Conclude(best, last);
    }

    private async Task<TestResult[]> TestAsync(ulong[] amounts)
    {
        var tests = amounts.Select(SendTestAsync).ToArray();
        lock (Gate)
            _testsToSend = false;
        RequestPump();
        return await Task.WhenAll(tests);
    }

    // Each test costs both sides its ciphers. One of all that is to be sent says how it goes for that; the others are
    // needed where it does not get through, or where so little arrives that the rate is not known precisely.
    private (ulong[] Needed, ulong[] Others) AmountsToTest()
    {
        ulong toSend;
        lock (Gate)
            toSend = _streams.Values.Select(static stream => stream.LeftToSend).DefaultIfEmpty().Max();
        var amounts = FirstVolley.Select(amount => Math.Min(amount, Options.MaxPacketAmount)).Distinct().ToArray();
        var enough = toSend == 0 ? -1 : Array.FindIndex(amounts, amount => amount >= toSend);
        return enough < 0 ? (amounts, []) : ([amounts[enough]], [.. amounts[..enough], .. amounts[(enough + 1)..]]);
    }

    private StreamFailure? Conclude(ExchangeRate? best, IlpReply last)
    {
        if (best is not { } rate)
        {
            if (last.Packet.IsEmpty)
                return new StreamFailure(StreamFailureReason.NoRate, "Nothing arrives of what is sent.");
            return last.Type == IlpPacketType.Reject && last.Code.IsFinal && last.Code != IlpErrorCode.AmountTooLarge
                ? Final(last)
                : GaveUp(StreamFailureReason.NoRate, last);
        }

        if (Options.MinimumRate is { } minimum && rate.IsLessThan(minimum))
            return new StreamFailure(StreamFailureReason.RateTooLow, $"The rate is {rate}, less than {minimum}.");
        lock (Gate)
            _rate = _latestRate = rate;
        return null;
    }

    // A rate moves while money flows. One that has risen would else bring more than the peer has room for, again and
    // again; one that has fallen would else bring less than is wanted. Rounding is no movement, and tells little when
    // the amount is tiny.
    private void LearnRate(OutgoingPacket packet, bool isFulfilled, ulong arrived)
    {
        // What a first packet met is no rate yet: no limit to what may be lost would follow from it.
        if (_rate is null)
            return;
        var expected = packet.Delivery;
        var difference = arrived > expected ? arrived - expected : expected - arrived;
        if (difference > 1 && arrived >= (isFulfilled ? PreciseEnough : 1))
            _latestRate = new ExchangeRate(arrived, packet.Prepare.Amount);
    }

    private ulong MinimumFor(ulong amount)
    {
        var slipped = _rate is { } rate ? Options.ApplySlippage(rate.DestinationFor(amount)) : 0;
        return Options.MinimumRate is { } minimum ? Math.Max(slipped, minimum.DestinationFor(amount)) : slipped;
    }

    // What connectors say they forward; and, where one was too busy or too poor, something smaller.
    private ulong[] NextVolley(TestResult[] tests)
    {
        var next = new HashSet<ulong>();
        foreach (var test in tests)
        {
            if (test.Reply.Code == IlpErrorCode.AmountTooLarge
                && AmountTooLarge.TryRead(test.Reply.Data.Span, out var amounts) && amounts.ReceivedAmount > 0)
            {
                var maximum = CongestionControl.MaximumOf(amounts, test.Amount);
                next.Add(maximum);
                lock (Gate)
                    _congestion.LimitTo(maximum);
            }
        }

        var congested = tests.Where(static test => test.IsCongested).Select(static test => test.Amount).ToArray();
        if (congested.Length > 0)
        {
            var smallest = congested.Min();
            next.Add(smallest - (smallest / 3));
        }

        next.Remove(0);
        return [.. next];
    }

    private async Task<TestResult> SendTestAsync(ulong amount)
    {
        OutgoingPacket packet;
        lock (Gate)
        {
            if (!CanSendUnderGate || _nextSequence > Options.MaxPackets)
                return new TestResult(amount, 0, IsAnswered: false, default);
            packet = BuildTest(amount);
        }

        var reply = await SendAsync(packet.Prepare);
        lock (Gate)
        {
            var isAnswered = TryLearn(packet.Sequence, reply, out var arrived);
            // JavaScript peers tell their own limits only when they fulfil, and so only when they are told again.
            foreach (var stream in packet.LimitsTold)
            {
                stream.IsAnnounced |= isAnswered && stream.PeerReceiveLimit is not null;
                stream.LimitsToTell |= !stream.IsAnnounced;
            }

            return new TestResult(amount, arrived, isAnswered, reply);
        }
    }

    // A peer acts on frames whether or not it can fulfil, so the first test tells it of the streams that there are.
    private OutgoingPacket BuildTest(ulong amount)
    {
        var packet = new OutgoingPacket { Sequence = _nextSequence++ };
        var frames = BeginRequest();
        foreach (var stream in _streams.Values.Where(static stream => stream is { LimitsToTell: true, Closure: null }))
        {
            if (frames.Length > MaxFrames - 256)
                break;
            AddState(frames, stream);
            stream.LimitsToTell = false;
            packet.LimitsTold.Add(stream);
        }

        packet.Prepare = BuildPrepare(packet.Sequence, amount, 0, frames, isTest: true);
        return packet;
    }

    private readonly record struct TestResult(ulong Amount, ulong Arrived, bool IsAnswered, IlpReply Reply)
    {
        public bool IsCongested => !IsAnswered && (Reply.Code.IsTemporary || Reply.Code.IsRelative);

        public bool IsRefused => !IsAnswered && Reply.Type == IlpPacketType.Reject && Reply.Code.IsFinal
            && Reply.Code != IlpErrorCode.AmountTooLarge && Reply.Code != IlpErrorCode.ApplicationError;
    }
}
