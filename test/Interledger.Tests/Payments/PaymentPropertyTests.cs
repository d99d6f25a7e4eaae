using Interledger.Addresses;
using Interledger.Links;
using Interledger.Payments;
using Interledger.Receipts;
using Interledger.Stream;
using Interledger.Tests.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Payments;

/// <summary>
/// What the sender has counted, what the receiver has counted and what the receipts say, whatever happens on the way.
/// The rate is one to one, so that amounts of both sides can be compared.
/// </summary>
public sealed class PaymentPropertyTests
{
    private const ulong Amount = 20_000;

    private static readonly StreamOptions Hasty = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        MaxAttempts = 200,
    };

    private readonly ReceiptVerifier _verifier = new(new byte[32]);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Under_loss_and_duplication_the_difference_is_what_is_in_doubt(int seed)
    {
        var hop = new Hop
        {
            Seed = seed,
            LoseRequest = 0.03,
            LoseAnswer = 0.03,
            Duplicate = seed % 2 * 0.1,
            Delay = 0.5,
            Busy = 0.05,
            MaxPacketAmount = 700,
        };
        await using var pair = StreamPair.Create(
            Hasty with { MaxMoneyInFlight = 1 + (seed % 8) }, Hasty, link => new HopLink(link, hop));
        pair.Receiving(ulong.MaxValue);
        var amount = seed % 3 == 0 ? PaymentAmount.FixedDelivery(Amount) : PaymentAmount.FixedSource(Amount);
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            pair.Client, pair.Server.CreateCredentials("", _verifier.CreateSetup()), amount);
        failure.ShouldBeNull($"seed {seed}");
        var outcome = await payment!.PayAsync().WaitAsync(StreamPair.Patience);

        var received = (await pair.Accepted.Task).TotalReceived;
        outcome.End.ShouldBeOneOf(PaymentEnd.Completed, PaymentEnd.Uncertain);
        Check(outcome.Totals, received, payment.Quote.MaxSourceAmount, seed, isExact: hop.Duplicate == 0);
        if (amount.IsDelivery && outcome.IsCompleted)
            received.ShouldBeGreaterThanOrEqualTo(Amount, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_a_crash_of_the_sender_its_last_count_bounds_what_has_moved(int seed)
    {
        var random = new Random(seed);
        var left = Amount;
        var received = 0UL;
        for (var life = 0; life < 3 && left > 0; life++)
        {
            var wire = new CutLink();
            await using var pair = StreamPair.Create(
                Hasty with { MaxPacketAmount = 500, MaxAttempts = 2, MaxMoneyInFlight = 1 + (seed % 8) },
                Hasty,
                wire.Wrap,
                link => new HopLink(link, new Hop { Seed = seed, Delay = 0.5 }));
            pair.Receiving(ulong.MaxValue);
            var (payment, failure) = await OutgoingPayment.QuoteAsync(
                pair.Client,
                pair.Server.CreateCredentials("", _verifier.CreateSetup()),
                PaymentAmount.FixedSource(left),
                new PaymentOptions { CloseTimeout = TimeSpan.FromMilliseconds(50) });
            failure.ShouldBeNull($"seed {seed}");
            // The moment of death: what a journal of the sender has of it then.
            var last = default(PaymentProgress);
            wire.OnCut = () => last = payment!.Progress;
            if (life < 2)
                wire.CutAfter(1 + random.Next(40));
            var outcome = await payment!.PayAsync().WaitAsync(StreamPair.Patience);
            await wire.DrainAsync().WaitAsync(StreamPair.Patience);
            if (wire.IsConnected)
                last = outcome.Totals;
            var now = pair.Accepted.Task.IsCompleted ? (await pair.Accepted.Task).TotalReceived : 0;
            now.ShouldBeInRange(last.Sent, last.Sent + last.InDoubt + last.InFlight, $"seed {seed}");
            Check(outcome.Totals, now, left, seed, isExact: true);
            received += now;
            left -= last.Sent + last.InDoubt + last.InFlight;
        }

        received.ShouldBeLessThanOrEqualTo(Amount, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task After_a_crash_of_the_receiver_receipts_go_on_where_its_journal_ends(int seed)
    {
        var random = new Random(seed);
        var (left, right) = InMemoryLink.CreatePair();
        await using var client = new StreamClient(left, new StreamClientOptions
        {
            Address = IlpAddress.Parse("test.client"),
            Asset = new AssetDetails("ABC", 2),
            Connection = Hasty with { MaxPacketAmount = 100, MaxMoneyInFlight = 1 + (seed % 8) },
        });
        client.Listen();
        await using var receiver = new MortalReceiver(right);
        var credentials = receiver.Restart().CreateCredentials("", _verifier.CreateSetup());
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            client, credentials, PaymentAmount.FixedSource(Amount));
        failure.ShouldBeNull($"seed {seed}");
        var before = 0UL;
        var steps = new Every(step =>
        {
            if (step.Receipt.IsEmpty)
                return;
            _verifier.TryVerify(step.Receipt.Span, out var receipt).ShouldBeTrue();
            receipt.TotalReceived.ShouldBeGreaterThanOrEqualTo(before, $"seed {seed}");
            before = receipt.TotalReceived;
            if (random.Next(15) == 0)
                receiver.Restart();
        });
        var outcome = await payment!.PayAsync(steps).WaitAsync(StreamPair.Patience);
        outcome.End.ShouldBeOneOf(PaymentEnd.Completed, PaymentEnd.Uncertain);
        Check(outcome.Totals, receiver.Journal, Amount, seed, isExact: true);
    }

    private void Check(PaymentProgress sender, ulong received, ulong limit, int seed, bool isExact)
    {
        sender.InFlight.ShouldBe(0UL, $"seed {seed}");
        (sender.Sent + sender.InDoubt).ShouldBeLessThanOrEqualTo(limit, $"seed {seed}");
        sender.Sent.ShouldBeLessThanOrEqualTo(received, $"seed {seed}");
        sender.Delivered.ShouldBeLessThanOrEqualTo(received, $"seed {seed}");
        if (isExact)
            received.ShouldBeLessThanOrEqualTo(sender.Sent + sender.InDoubt, $"seed {seed}");
        if (sender.Sent == 0)
            return;
        _verifier.TryVerify(sender.Receipt.Span, out var receipt).ShouldBeTrue($"seed {seed}");
        receipt.TotalReceived.ShouldBeInRange(sender.Sent, received, $"seed {seed}");
    }

    private sealed class Every(Action<PaymentProgress> then) : IProgress<PaymentProgress>
    {
        public void Report(PaymentProgress value) => then(value);
    }
}
