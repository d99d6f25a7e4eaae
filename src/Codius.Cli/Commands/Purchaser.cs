using System.Globalization;
using Codius.Cli.Output;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Money;

namespace Codius.Cli.Commands;

/// <summary>What uploading and extending have in common: quote, limit, question, payment, outcome.</summary>
internal sealed class Purchaser(CliContext context, Reporter reporter, PaidChoices choices)
{
    private const string DefaultServer = "btp+ws://127.0.0.1:7768";

    public delegate Task<Purchase<PodLease>> Buy(
        HostClient host, ulong maximum, Action<PurchaseStage> progress, CancellationToken cancellationToken);

    /// <summary>The payment pointer that what the pod earns is to go to.</summary>
    public string? Payout { get; init; }

    /// <summary>What was bought, for the state file, or the failure.</summary>
    public async Task<PurchaserResult> RunAsync(
        Uri hostUri,
        ManifestRequest request,
        PodDuration duration,
        CapabilitySecret capability,
        Buy buy,
        CancellationToken cancellationToken)
    {
        if (!context.CreatePayer(ServerOf(context, choices.Btp)).Succeeded(out var handle, out var failure))
            return new CliFailure(ExitCode.Usage, failure.Message);
        await using var payer = handle.Payer;
        var options = context.HostOptions with
        {
            Credits = context.Credits,
            Capability = capability,
            Payout = Payout,
        };
        var host = new HostClient(context.Http, hostUri, payer, options, context.Time);
        var quoted = await reporter.DuringAsync(
            $"Asking {hostUri.Authority} for its price", _ => host.GetQuoteAsync(request, duration, cancellationToken));
        if (!quoted.Succeeded(out var quote, out var error))
            return HostFailures.Describe(error, PaymentReport.Nothing, null);
        var connected = await reporter.DuringAsync(
            $"Connecting to {handle.Server}", _ => payer.ConnectAsync(cancellationToken));
        if (!connected.Succeeded(out var asset, out failure))
            return NoPayer(failure, handle);
        if (!PriceLimit.Decide(choices, quote, duration, asset).Succeeded(out var limit, out failure))
            return new CliFailure(
                failure.Kind == FailureKind.PaymentRequired ? ExitCode.PaymentFailed : ExitCode.Usage, failure.Message);
        ShowQuote(quote, duration, asset, limit);
        if (await AskAsync(request, cancellationToken) is { } refusal)
            return refusal;
        var purchase = await reporter.DuringAsync(
            "Asking for the pod", say => buy(host, limit.MinorUnits, stage => say(Describe(stage)), cancellationToken));
        if (!purchase.Result.Succeeded(out var lease, out error))
            return HostFailures.Describe(error, purchase.Payment, asset);
        return new PurchasedPod(lease, new Amount(purchase.Payment.Spent, asset), purchase.Capability);
    }

    /// <summary>The provider: the one that is named, that of the environment, or one on this machine.</summary>
    public static string ServerOf(CliContext context, string? named) =>
        named ?? context.Variable("CODIUS_BTP") ?? context.Variable("ILP_BTP_SERVER") ?? DefaultServer;

    public int Tell(PurchasedPod pod, Uri host, string what)
    {
        reporter.Print($"{what,-8} {pod.Lease.Url}");
        reporter.Print($"Hash     {pod.Lease.Hash}");
        reporter.Print($"Until    {Time(pod.Lease.Expiry)} ({Left(pod.Lease.Expiry)} from now)");
        reporter.Print($"Paid     {pod.Paid}");
        reporter.PrintJson(ResultJson.Of(pod.Lease, host, pod.Paid));
        return (int)ExitCode.Ok;
    }

    private static CliFailure NoPayer(Failure failure, PayerHandle handle) => new(
        ExitCode.PaymentFailed, $"cannot pay: no connection to {handle.Server}: {failure.Message}")
    {
        Advice = "Start your Interledger provider (moneyd, or codiusd in development mode), or name it with --btp.",
    };

    private void ShowQuote(Quote quote, PodDuration duration, Asset payer, Amount limit)
    {
        var price = quote.Amount ?? new Amount(quote.Price, payer);
        var month = Price.PerMonth(price, duration);
        var monthly = month <= ulong.MaxValue ? $", {new Amount((ulong)month, price.Asset)} a month" : "";
        reporter.Say($"Price    {price} for {Duration(duration.Length)}{monthly}");
        if (limit.MinorUnits != quote.Price || limit.Asset != price.Asset)
            reporter.Say($"Limit    {limit}");
    }

    private async Task<CliFailure?> AskAsync(ManifestRequest request, CancellationToken cancellationToken)
    {
        if (choices.AssumeYes)
            return null;
        if (choices.Json || !context.IsInteractive)
            return new CliFailure(ExitCode.Usage, "nobody is there to agree to the price: pass --assume-yes (-y)");
        if (request.Manifest.Debug)
            reporter.Say("The logs of this pod are public.");
        return await reporter.ConfirmAsync("Pay this?", cancellationToken)
            ? null
            : new CliFailure(ExitCode.Cancelled, "not bought, and nothing paid");
    }

    private static string Describe(PurchaseStage stage) => stage switch
    {
        PurchaseStage.Asking => "Asking for the pod",
        PurchaseStage.ConnectingPayment => "Connecting the payment",
        PurchaseStage.Paying => "The host prepares the pod and takes the payment when it runs",
        _ => "Closing the payment",
    };

    private string Left(DateTimeOffset expiry)
    {
        var left = expiry - context.Time.GetUtcNow();
        return Duration(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days")
        : time.TotalHours >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours")
            : time.TotalMinutes >= 2
                ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes")
                : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} seconds");
}

internal sealed record PurchasedPod(PodLease Lease, Amount Paid, CapabilitySecret? Capability);

/// <summary>A pod or a failure.</summary>
internal readonly struct PurchaserResult
{
    private PurchaserResult(PurchasedPod? pod, CliFailure? failure) => (Pod, Failure) = (pod, failure);

    public PurchasedPod? Pod { get; }

    public CliFailure? Failure { get; }

    public static implicit operator PurchaserResult(PurchasedPod pod) => new(pod, null);

    public static implicit operator PurchaserResult(CliFailure failure) => new(null, failure);
}
