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

    /// <summary>
    /// Connects: finds out whether the peer is there, what it counts in and what arrives there of what is sent. Null
    /// when all is well. Sending does it by itself when it was not done before.
    /// </summary>
    public Task<StreamFailure?> OpenAsync(CancellationToken cancellationToken = default)
    {
        lock (Gate)
            return BeginProbe().WaitAsync(cancellationToken);
    }

    private Task<StreamFailure?> BeginProbe() => _probe ??= Task.Run(ProbeAsync);

    private async Task<StreamFailure?> ProbeAsync()
    {
        StreamFailure? failure;
        try
        {
            failure = await MeasureAsync();
        }
        catch (Exception e)
        {
            failure = new StreamFailure(StreamFailureReason.Internal, e.Message);
        }

        lock (Gate)
        {
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
            var tests = await Task.WhenAll(amounts.Select(SendTestAsync));
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
            if (best is null && Array.Find(tests, static test => test.IsRefused) is { IsRefused: true } refused)
                return Final(refused.Reply);
            last = Array.Find(tests, static test => !test.IsAnswered).Reply;
            amounts = [.. NextVolley(tests), .. others];
            others = [];
            if (tests.Any(static test => test.IsCongested))
            {
                await Task.Delay(delay, _home.Time, CancellationToken.None);
                delay = delay * 1.5 < Options.MaxRetryDelay ? delay * 1.5 : Options.MaxRetryDelay;
            }
        }

        return Conclude(best, last);
    }

    // Each test costs both sides its ciphers. One of more than all that is to be sent is seldom needed: where so little
    // arrives of the others that the rate is not known precisely.
    private (ulong[] Needed, ulong[] Others) AmountsToTest()
    {
        ulong toSend;
        lock (Gate)
            toSend = _streams.Values.Select(static stream => stream.LeftToSend).DefaultIfEmpty().Max();
        var amounts = FirstVolley.Select(amount => Math.Min(amount, Options.MaxPacketAmount)).Distinct().ToArray();
        var needed = toSend == 0 ? amounts.Length : 1 + amounts.TakeWhile(amount => amount < toSend).Count();
        return needed < amounts.Length ? (amounts[..needed], amounts[needed..]) : (amounts, []);
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
        ulong sequence;
        IlpPrepare prepare;
        lock (Gate)
        {
            if (!CanSendUnderGate || _nextSequence > Options.MaxPackets)
                return new TestResult(amount, 0, IsAnswered: false, default);
            sequence = _nextSequence++;
            prepare = BuildPrepare(sequence, amount, 0, BeginRequest(), isTest: true);
        }

        var reply = await SendAsync(prepare);
        lock (Gate)
        {
            var isAnswered = TryLearn(sequence, reply, out var arrived);
            return new TestResult(amount, arrived, isAnswered, reply);
        }
    }

    private readonly record struct TestResult(ulong Amount, ulong Arrived, bool IsAnswered, IlpReply Reply)
    {
        public bool IsCongested => !IsAnswered && (Reply.Code.IsTemporary || Reply.Code.IsRelative);

        public bool IsRefused => !IsAnswered && Reply.Type == IlpPacketType.Reject && Reply.Code.IsFinal
            && Reply.Code != IlpErrorCode.AmountTooLarge && Reply.Code != IlpErrorCode.ApplicationError;
    }
}
