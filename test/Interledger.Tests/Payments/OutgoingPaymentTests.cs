using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Packets;
using Interledger.Payments;
using Interledger.Receipts;
using Interledger.Stream;
using Interledger.Tests.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Payments;

public sealed class OutgoingPaymentTests
{
    private static readonly StreamOptions Hasty = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        MaxAttempts = 20,
        MaxPacketAmount = 10_000,
    };

    [Fact]
    public async Task A_fixed_source_amount_is_sent_to_the_unit_with_progress_and_receipt()
    {
        var verifier = new ReceiptVerifier(new byte[32]);
        await using var pair = Pair(rate: 1003).Receiving(ulong.MaxValue);
        var quoted = await OutgoingPayment.QuoteAsync(
            pair.Client,
            pair.Server.CreateCredentials("", verifier.CreateSetup()),
            PaymentAmount.FixedSource(1_000_000));
        quoted.Failure.ShouldBeNull();
        var quote = quoted.Payment!.Quote;
        (quote.Rate.DestinationFor(1000), quote.MaxSourceAmount, quote.DestinationAsset).ShouldBe(
            (1003UL, 1_000_000UL, new AssetDetails("XYZ", 9)));
        quote.MinDeliveryAmount.ShouldBe(1_003_000UL * 99 / 100);

        var steps = new Steps();
        var outcome = await quoted.Payment.PayAsync(steps).WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Completed);
        (outcome.Totals.Sent, outcome.Totals.Delivered, outcome.Totals.InDoubt, outcome.Totals.InFlight)
            .ShouldBe((1_000_000UL, 1_003_000UL, 0UL, 0UL));
        verifier.TryVerify(outcome.Totals.Receipt.Span, out var receipt).ShouldBeTrue();
        receipt.TotalReceived.ShouldBe(1_003_000UL);
        steps.All.Count.ShouldBeGreaterThan(1);
        steps.All.ShouldBe(steps.All.OrderBy(static step => step.Sent).ThenBy(static step => step.Delivered));
        var server = await pair.Accepted.Task;
        server.TotalReceived.ShouldBe(1_003_000UL);
        (await server.Completion.WaitAsync(StreamPair.Patience)).ByPeer.ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => quoted.Payment.PayAsync());
    }

    [Theory]
    [InlineData(500UL)]
    [InlineData(997UL)]
    [InlineData(1000UL)]
    [InlineData(1003UL)]
    [InlineData(250_000UL)]
    public async Task A_fixed_delivery_amount_arrives_and_hardly_more(ulong rate)
    {
        await using var pair = Pair(rate).Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedDelivery(1_000_000));
        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Completed);
        outcome.Totals.Delivered.ShouldBeInRange(1_000_000UL, 1_000_000 + Math.Max(1, rate / 1000));
        outcome.Totals.Sent.ShouldBeLessThanOrEqualTo(payment.Quote.MaxSourceAmount);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(outcome.Totals.Delivered);
    }

    [Theory]
    [InlineData(993UL, true)]
    [InlineData(993UL, false)]
    [InlineData(1060UL, true)]
    [InlineData(1060UL, false)]
    [InlineData(3000UL, true)]
    [InlineData(3000UL, false)]
    public async Task A_rate_that_moves_on_the_way_changes_what_is_sent_and_not_what_arrives(
        ulong later, bool receiverHasLimit)
    {
        var rate = 1000UL;
        await using var pair = Pair(() => rate);
        pair.Receiving(receiverHasLimit ? 1_000_000 : ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedDelivery(1_000_000));
        var steps = new Steps(step => rate = step.Delivered > 300_000 ? later : rate);
        var outcome = await payment.PayAsync(steps).WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Completed, $"{outcome}");
        // What is on its way when the rate rises brings more.
        outcome.Totals.Delivered.ShouldBeInRange(1_000_000UL, 1_000_000 + (receiverHasLimit ? 10_000UL : 20_000));
        (await pair.Accepted.Task).TotalReceived.ShouldBe(outcome.Totals.Delivered);
    }

    [Fact]
    public async Task A_rate_that_falls_below_the_slippage_ends_it_with_what_had_moved()
    {
        var rate = 1000UL;
        await using var pair = Pair(() => rate);
        pair.Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(1_000_000));
        var steps = new Steps(step => rate = step.Sent > 300_000 ? 900 : rate);
        var outcome = await payment.PayAsync(steps).WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Failed);
        outcome.Failure!.Reason.ShouldBe(StreamFailureReason.RateTooLow);
        outcome.Totals.Sent.ShouldBeInRange(300_000UL, 500_000UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(outcome.Totals.Delivered);
    }

    [Fact]
    public async Task A_minimum_rate_holds_for_each_packet()
    {
        var rate = 1000UL;
        var options = Hasty with { MinimumRate = new ExchangeRate(999, 1000), Slippage = 0.05m };
        await using var pair = StreamPair.Create(
            options, disturbClient: link => new HopLink(link, new Hop { RateInThousandths = () => rate }));
        pair.Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(1_000_000));
        rate = 998;
        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        (outcome.End, outcome.Totals.Sent).ShouldBe((PaymentEnd.Failed, 0UL));
    }

    [Fact]
    public async Task Without_a_rate_there_is_no_quote()
    {
        await using var pair = Pair(rate: 0).Receiving(ulong.MaxValue);
        var result = await OutgoingPayment.QuoteAsync(
            pair.Client, pair.Server.CreateCredentials(), PaymentAmount.FixedDelivery(10));
        result.Failure!.Reason.ShouldBe(StreamFailureReason.NoRate);
        result.Payment.ShouldBeNull();
    }

    [Fact]
    public async Task A_fixed_delivery_at_any_price_is_not_quoted()
    {
        await using var pair = Pair(rate: 1000).Receiving(ulong.MaxValue);
        var anyPrice = new PaymentOptions { Connection = Hasty with { Slippage = 1 } };
        var result = await OutgoingPayment.QuoteAsync(
            pair.Client, pair.Server.CreateCredentials(), PaymentAmount.FixedDelivery(10), anyPrice);
        result.Failure!.Reason.ShouldBe(StreamFailureReason.RateTooLow);
    }

    [Fact]
    public async Task A_receiver_that_takes_less_is_waited_for_and_then_left()
    {
        await using var pair = Pair(rate: 1000).Receiving(400);
        var payment = await QuoteAsync(
            pair,
            PaymentAmount.FixedSource(1000),
            new PaymentOptions { Patience = TimeSpan.FromMilliseconds(200) });
        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        (outcome.End, outcome.Totals.Sent).ShouldBe((PaymentEnd.Stalled, 400UL));
    }

    [Fact]
    public async Task A_receiver_that_closes_ends_it()
    {
        await using var pair = Pair(rate: 1000).Receiving(400);
        pair.Arrange = static connection => connection.OnMoney(static (money, _) => ValueTask.FromResult(
            money.TotalReceivedBefore == 0
                ? MoneyDecision.Accept
                : MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "enough")));
        var payment = await QuoteAsync(
            pair,
            PaymentAmount.FixedSource(400),
            new PaymentOptions { Connection = Hasty with { MaxPacketAmount = 9 } });
        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        (outcome.End, outcome.Totals.Sent).ShouldBe((PaymentEnd.ClosedByReceiver, 9UL));
    }

    [Fact]
    public async Task When_cancelled_it_waits_for_what_is_on_its_way_and_counts_it()
    {
        await using var pair = Pair(rate: 1000).Receiving(ulong.MaxValue);
        using var cancel = new CancellationTokenSource();
        var decided = new TaskCompletionSource<MoneyDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Arrange = connection => connection.OnMoney(async (_, _) =>
        {
            await cancel.CancelAsync();
            return await decided.Task;
        });
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(15_000));
        var paying = payment.PayAsync(cancellationToken: cancel.Token);
        await Deadline.UntilAsync(
            () => cancel.IsCancellationRequested && payment.Progress.InFlight == 15_000, "all is on its way");
        paying.IsCompleted.ShouldBeFalse();
        decided.SetResult(MoneyDecision.Accept);
        var outcome = await paying.WaitAsync(StreamPair.Patience);
        // All of it arrived, so it is complete although it was cancelled.
        outcome.End.ShouldBe(PaymentEnd.Completed);
        outcome.Totals.Sent.ShouldBe(15_000UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(15_000UL);
    }

    [Fact]
    public async Task When_cancelled_half_way_it_says_how_much_has_moved()
    {
        await using var pair = Pair(rate: 1000).Receiving(ulong.MaxValue);
        using var cancel = new CancellationTokenSource();
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(10_000_000));
        var steps = new Steps(_ => cancel.Cancel());
        var outcome = await payment.PayAsync(steps, cancel.Token).WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Cancelled);
        outcome.Totals.Sent.ShouldBeInRange(10_000UL, 9_990_000UL);
        outcome.Totals.InFlight.ShouldBe(0UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(outcome.Totals.Sent);
    }

    [Fact]
    public async Task Progress_that_throws_ends_the_payment_and_loses_no_count()
    {
        await using var pair = Pair(rate: 1000).Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(10_000_000));
        var steps = new Steps(static _ => throw new FormatException());
        await Should.ThrowAsync<FormatException>(() => payment.PayAsync(steps).WaitAsync(StreamPair.Patience));
        payment.Progress.InFlight.ShouldBe(0UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(payment.Progress.Sent);
    }

    [Fact]
    public async Task An_amount_whose_answer_was_lost_is_not_sent_twice()
    {
        await using var pair = StreamPair.Create(
            Hasty, disturbClient: static link => new HopLink(link, new Hop { LoseAnswer = 1 }));
        // The tests of the rate get no answer either, so there is no quote; nothing has moved.
        var result = await OutgoingPayment.QuoteAsync(
            pair.Client, pair.Server.CreateCredentials(), PaymentAmount.FixedSource(10)).WaitAsync(StreamPair.Patience);
        result.Failure.ShouldNotBeNull();

        var hop = new ForgetfulLink();
        await using var other = StreamPair.Create(Hasty, disturbClient: hop.Wrap);
        other.Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(other, PaymentAmount.FixedSource(25_000));
        hop.Forgets = true;
        var outcome = await payment.PayAsync().WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBe(PaymentEnd.Uncertain);
        (outcome.Totals.Sent, outcome.Totals.InDoubt).ShouldBe((0UL, 25_000UL));
        (await other.Accepted.Task).TotalReceived.ShouldBe(25_000UL);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_never_answers_does_not_hold_a_payment_for_ever(bool isCancelled)
    {
        var time = new ManualTime();
        var link = new ForgetfulLink();
        await using var pair = StreamPair.Create(Hasty, disturbClient: link.Wrap, time: time);
        pair.Receiving(ulong.MaxValue);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(25_000));
        link.Hangs = true;
        using var cancel = new CancellationTokenSource();
        var paying = payment.PayAsync(cancellationToken: cancel.Token);
        await Deadline.UntilAsync(
            () => payment.Progress.InFlight == 25_000, "all is on its way");
        if (isCancelled)
            await cancel.CancelAsync();
        await Deadline.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return paying.IsCompleted;
            },
            "the payment ends");
        var outcome = await paying;
        outcome.End.ShouldBe(isCancelled ? PaymentEnd.Cancelled : PaymentEnd.Stalled);
        (outcome.Totals.Sent, outcome.Totals.InFlight).ShouldBe((0UL, 25_000UL));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_reported_without_a_payment()
    {
        await using var pair = Pair(rate: 1000);
        var nowhere = pair.Server.CreateCredentials() with { Address = IlpAddress.Parse("test.nowhere.x") };
        var result = await OutgoingPayment.QuoteAsync(pair.Client, nowhere, PaymentAmount.FixedSource(1));
        result.Failure!.Reason.ShouldBe(StreamFailureReason.Unreachable);
        result.Failure.Code.ShouldBe(IlpErrorCode.Unreachable);
    }

    [Fact]
    public async Task A_quote_that_is_not_used_is_closed()
    {
        await using var pair = Pair(rate: 1000);
        var payment = await QuoteAsync(pair, PaymentAmount.FixedSource(1));
        await payment.DisposeAsync();
        (await (await pair.Accepted.Task).Completion.WaitAsync(StreamPair.Patience)).ByPeer.ShouldBeTrue();
        await Should.ThrowAsync<InvalidOperationException>(() => payment.PayAsync());
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(1_000_000_000_000_000UL)]
    public async Task Amounts_may_be_tiny_or_huge(ulong amount)
    {
        await using var pair = StreamPair.Create().Receiving(ulong.MaxValue);
        var outcome = await (await QuoteAsync(pair, PaymentAmount.FixedDelivery(amount))).PayAsync();
        (outcome.End, outcome.Totals.Sent, outcome.Totals.Delivered).ShouldBe((PaymentEnd.Completed, amount, amount));
    }

    private static StreamPair Pair(ulong rate) => Pair(() => rate);

    // Without delays all would be over before anybody could see it.
    private static StreamPair Pair(Func<ulong> rate) => StreamPair.Create(
        Hasty, disturbClient: link => new HopLink(link, new Hop { RateInThousandths = rate, Delay = 0.5 }));

    private static async Task<OutgoingPayment> QuoteAsync(
        StreamPair pair, PaymentAmount amount, PaymentOptions? options = null)
    {
        var result = await OutgoingPayment.QuoteAsync(pair.Client, pair.Server.CreateCredentials(), amount, options)
            .WaitAsync(StreamPair.Patience);
        result.Failure.ShouldBeNull();
        return result.Payment!;
    }

    private sealed class Steps(Action<PaymentProgress>? then = null) : IProgress<PaymentProgress>
    {
        public List<PaymentProgress> All { get; } = [];

        public void Report(PaymentProgress value)
        {
            All.Add(value);
            then?.Invoke(value);
        }
    }
}
