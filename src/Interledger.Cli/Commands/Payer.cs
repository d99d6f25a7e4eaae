using System.Text.Json.Nodes;
using Interledger.Cli.Output;
using Interledger.Payments;
using Interledger.Stream;

namespace Interledger.Cli.Commands;

/// <summary>One payment, told to whoever makes it.</summary>
internal sealed class Payer(
    StreamClient client, AssetDetails asset, AmountChoice amount, bool deliver, Reporter reporter, TimeProvider time)
{
    /// <summary>Measures the rate and shows what it comes to. No money moves.</summary>
    public async Task<(OutgoingPayment? Payment, CliFailure? Failure)> QuoteAsync(
        StreamCredentials receiver, string name, CancellationToken cancellationToken)
    {
        CliFailure? problem = null;
        if (!deliver && !amount.TryRead(asset, out _, out problem))
            return (null, problem);
        var (payment, failure) = await OutgoingPayment.QuoteAsync(
            client, receiver, theirs => Choose(theirs, out problem), cancellationToken: cancellationToken);
        if (payment is null)
            return (null, problem ?? Describe(failure!));
        Tell(payment.Quote, name);
        return (payment, null);
    }

    /// <summary>Pays, and tells the end: the exit code.</summary>
    public async Task<int> PayAsync(OutgoingPayment payment, CancellationToken cancellationToken)
    {
        var theirs = payment.Quote.DestinationAsset;
        var outcome = await payment.PayAsync(new Progress(this, theirs, reporter, time), cancellationToken);
        var totals = outcome.Totals;
        reporter.Print($"Sent      {Ours(totals.Sent)}");
        reporter.Print($"Arrived   {Theirs(totals.Delivered, theirs)}");
        if (totals.InDoubt + totals.InFlight is var doubt and > 0)
            reporter.Print($"In doubt  {Ours(doubt)}");
        if (!totals.Receipt.IsEmpty)
            reporter.Print($"Receipt   {Convert.ToBase64String(totals.Receipt.Span)}");
        if (outcome.IsCompleted)
        {
            var result = new JsonObject { ["ok"] = true, ["exitCode"] = 0 };
            foreach (var (key, value) in Details(outcome, theirs))
                result[key] = value?.DeepClone();
            reporter.PrintJson(result);
            return (int)ExitCode.Ok;
        }

        return reporter.Fail(new CliFailure(CodeOf(outcome), Why(outcome)) { Details = Details(outcome, theirs) });
    }

    private PaymentAmount? Choose(AssetDetails? theirs, out CliFailure? problem)
    {
        if (!amount.TryRead(deliver ? theirs : asset, out var units, out problem))
            return null;
        return deliver ? PaymentAmount.FixedDelivery(units) : PaymentAmount.FixedSource(units);
    }

    private void Tell(PaymentQuote quote, string name)
    {
        reporter.Say($"To        {name}");
        reporter.Say($"Costs     at most {Ours(quote.MaxSourceAmount)}");
        reporter.Say($"Arrives   at least {Theirs(quote.MinDeliveryAmount, quote.DestinationAsset)}");
        if (quote.DestinationAsset is { } theirs)
        {
            var (from, to) = (PlainText.OneLine(asset.Code), PlainText.OneLine(theirs.Code));
            reporter.Say($"Rate      1 {from} is {AssetAmount.Rate(quote.Rate, asset, theirs)} {to}");
        }
    }

    private AssetAmount Ours(ulong units) => new(units, asset);

    private static string Theirs(ulong units, AssetDetails? theirs) =>
        theirs is { } known ? new AssetAmount(units, known).ToString() : $"{units} of the receiver's smallest units";

    private static CliFailure Describe(StreamFailure failure) => new(
        ExitCode.PaymentFailed, $"no payment is possible: {PlainText.OneLine(failure.Message)}")
    {
        Advice = failure.Reason == StreamFailureReason.Unreachable
            ? "Nothing was paid. `ilp ping` with the receiver's address shows how far packets come."
            : "Nothing was paid.",
        Details = new JsonObject { ["reason"] = failure.Reason.ToString(), ["code"] = failure.Code.ToString() },
    };

    private static ExitCode CodeOf(PaymentOutcome outcome) => outcome switch
    {
        { End: PaymentEnd.Cancelled } => ExitCode.Cancelled,
        { Totals: { Sent: 0, InDoubt: 0, InFlight: 0 } } => ExitCode.PaymentFailed,
        _ => ExitCode.PaidInPart,
    };

    private static string Why(PaymentOutcome outcome) => outcome.End switch
    {
        PaymentEnd.Cancelled => "cancelled; what is listed above had moved",
        PaymentEnd.ClosedByReceiver => "the receiver has closed the payment",
        PaymentEnd.Stalled => "nothing moved any more: perhaps the receiver takes no more",
        PaymentEnd.LimitReached => "all that it may cost was sent, and less arrived than was wanted",
        PaymentEnd.Uncertain => "it is not known what became of the last packets; sending more could pay twice",
        _ => $"the payment failed: {PlainText.OneLine(outcome.Failure?.Message ?? "")}",
    };

    private JsonObject Details(PaymentOutcome outcome, AssetDetails? theirs)
    {
        var totals = outcome.Totals;
        var json = new JsonObject
        {
            ["end"] = outcome.End.ToString(),
            ["sent"] = Ours(totals.Sent).ToJson(),
            ["delivered"] = theirs is { } known
                ? new AssetAmount(totals.Delivered, known).ToJson()
                : new JsonObject { ["amount"] = $"{totals.Delivered}" },
            ["inDoubt"] = Ours(totals.InDoubt + totals.InFlight).ToJson(),
        };
        if (!totals.Receipt.IsEmpty)
            json["receipt"] = Convert.ToBase64String(totals.Receipt.Span);
        return json;
    }

    // At most five times a second, however fast the packets are.
    private sealed class Progress(Payer payer, AssetDetails? theirs, Reporter reporter, TimeProvider time)
        : IProgress<PaymentProgress>
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

        private long _last = time.GetTimestamp();

        public void Report(PaymentProgress value)
        {
            if (time.GetElapsedTime(_last) < Pause)
                return;
            _last = time.GetTimestamp();
            reporter.SayProgress($"Paying    {payer.Ours(value.Sent)} sent, {Theirs(value.Delivered, theirs)} arrived");
        }
    }
}
