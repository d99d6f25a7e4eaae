using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Errors;
using Codius.Host.Payments;
using Codius.Host.PodAccounts;
using Microsoft.Extensions.Options;

namespace Codius.Host.Pods;

/// <summary>
/// The routes of pods. Everything that can be refused is refused before money is asked for, in the original's order:
/// schema, manifest, capacity, token.
/// </summary>
internal sealed class PodsEndpoints(
    PodRegistry pods,
    PodServices services,
    BodyReader bodies,
    Quotes quotes,
    QuoteGate quoteGate,
    PaymentGate gate,
    MachineTable machines,
    Admission admission,
    Payees payees,
    Earnings earnings,
    IOptions<HostOptions> options)
{
    private const int MostDigits = 64;

    /// <summary>Buys time for the manifest in the body: starts its pod, or extends it when it runs already.</summary>
    public async Task UploadAsync(HttpContext context)
    {
        var read = await ReadOrderAsync(context, ManifestRules.Upload);
        if (!read.Succeeded(out var upload, out var failure))
        {
            await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
            return;
        }

        var request = await gate.ReadAsync(context, Digest(context, upload.Order, upload.Body));
        if (await gate.TryRepeatAnswerAsync(context, request))
            return;
        failure = admission.Refuse(upload.Order.Request!.Manifest);
        if (failure is null && !pods.IsOpen)
            failure = PodRegistry.NotOpen();
        if (failure is null && pods.Find(upload.Order.Manifest) is null)
            failure = services.Capacity.Refuse(upload.Order.Limits);
        if (failure is not null)
            await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
        else
            await SellAsync(context, request, upload.Order, upload.Machine);
    }

    /// <summary>Says what the same request as POST would cost. Private values are not needed for that.</summary>
    public async Task QuoteAsync(HttpContext context)
    {
        var read = await ReadOrderAsync(context, ManifestRules.Quote);
        if (!read.Succeeded(out var upload, out var failure)
            || !(await TellPriceAsync(upload, context.RequestAborted)).Succeeded(out var quote, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure);
            return;
        }

        var digest = Digest(context, upload.Order, upload.Body);
        if (await quoteGate.TryChallengeAsync(context, digest))
            return;
        var answer = new QuoteAnswer(
            upload.Order.Manifest.Value,
            quote.Price.ToString(System.Globalization.CultureInfo.InvariantCulture),
            new QuotedAsset(quote.Asset.Code, quote.Asset.Scale),
            upload.Order.Duration.Seconds,
            quote.CurrencyPerSecond,
            PodAnswers.Time(quote.ValidUntil));
        await JsonAnswer.WriteAsync(context, answer, PodJson.Plain.QuoteAnswer);
    }

    /// <summary>Buys more time for a pod that runs.</summary>
    public async Task ExtendAsync(HttpContext context)
    {
        Failure? failure = null;
        if (!PodDuration.TryParse(Parameter(context, "duration"), out var duration, out var problem))
            failure = Failure.InvalidRequest(problem);
        else if (ReadHash(context).Succeeded(out var manifest, out failure))
        {
            var order = new PodOrder(manifest, null, duration);
            var request = await gate.ReadAsync(context, Digest(context, order, default));
            if (await gate.TryRepeatAnswerAsync(context, request))
                return;
            if (Extendable(manifest).Succeeded(out var machine, out failure))
            {
                await SellAsync(context, request, order, machine);
                return;
            }
        }

        await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
    }

    public async Task DescribeAsync(HttpContext context)
    {
        if (ReadHash(context).Succeeded(out var manifest, out var failure) && pods.Find(manifest) is { } view)
        {
            var usage = await services.Runtime.GetStatsAsync(view.Record.Id, context.RequestAborted);
            var answer = PodAnswers.Pod(services, view, usage) with
            {
                Earnings = await FindEarningsAsync(context, view),
            };
            await JsonAnswer.WriteAsync(context, answer, PodJson.Plain.PodAnswer);
            return;
        }

        await ErrorResponse.WriteAsync(context, failure ?? PodRegistry.UnknownManifest(manifest));
    }

    // Only for whoever started it.
    private async Task<EarningsAnswer?> FindEarningsAsync(HttpContext context, PodView view)
    {
        if (!PodRights.TryRead(context.Request, out var capability) || capability != view.Record.Owner)
            return null;
        var accounts = await earnings.FindAsync(view.Record.Manifest, capability.Value, context.RequestAborted);
        return await earnings.DescribeAsync(view.Record.Manifest, accounts, context.RequestAborted);
    }

    private async Task<Outcome<Quote>> TellPriceAsync(Upload upload, CancellationToken cancellationToken) =>
        admission.Refuse(upload.Order.Request!.Manifest) is { } refusal
            ? refusal
            : await quotes.TellAsync(upload.Machine, upload.Order.Duration, cancellationToken);

    // What a pod was sold as may not be sold any more, or its manifest may have been denied since.
    private Outcome<MachineClass> Extendable(ManifestHash manifest)
    {
        if (!pods.IsOpen)
            return PodRegistry.NotOpen();
        if (pods.Find(manifest) is not { } view)
            return PodRegistry.UnknownManifest(manifest);
        if (admission.Refuse(view.Manifest) is { } refusal)
            return refusal;
        return machines.Find(view.Manifest.Machine) is { } machine
            ? machine
            : Failure.InvalidManifest($"this host sells no machine \"{view.Manifest.Machine}\" any more");
    }

    private async Task SellAsync(HttpContext context, PayingRequest request, PodOrder order, MachineClass machine)
    {
        if (!quotes.PriceOf(machine, order.Duration).Succeeded(out var quote, out var failure))
        {
            await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
            return;
        }

        await gate.HandleAsync(context, request, new PodPurchase(order, quote.Price, pods, services));
    }

    private async Task<Outcome<Upload>> ReadOrderAsync(
        HttpContext context, ManifestRules rules)
    {
        var read = await bodies.ReadJsonAsync(context);
        if (!read.Succeeded(out var body, out var failure))
            return failure;
        if (!PodDuration.TryParse(Parameter(context, "duration"), out var duration, out var problem))
            return Failure.InvalidRequest(problem);
        var ours = rules with { AllowTags = options.Value.AllowTags, Machines = machines.Names };
        if (!ManifestRequest.TryRead(body.Span, ours, out var request, out var errors))
            return errors.ToFailure();
        var machine = machines.Find(request.Manifest.Machine)!;
        var payout = context.Request.Headers[Payees.Header].ToString();
        if (payout.Length > 0 && !payees.IsPayee(payout))
            return Failure.InvalidRequest($"`{Payees.Header}` must be a payment pointer, such as $example.com/alice.");
        var order = new PodOrder(request.Hash, request, duration, machine.Limits)
        {
            Payout = payout.Length > 0 ? payout : null,
        };
        return new Upload(order, machine, body);
    }

    private static Outcome<ManifestHash> ReadHash(HttpContext context)
    {
        var text = Parameter(context, "manifestHash");
        if (string.IsNullOrEmpty(text))
            return Failure.InvalidManifest("manifestHash must be specified");
        return ManifestHash.TryParse(text, out var manifest)
            ? manifest
            : Failure.NotFound(
                $"No manifest with hash of \"{(text.Length > MostDigits ? text[..MostDigits] : text)}\"");
    }

    private static string? Parameter(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    private static string Digest(HttpContext context, PodOrder order, ReadOnlyMemory<byte> body) =>
        RequestDigest.Of(
            context.Request.Method,
            $"{order.Manifest} {order.Duration.Seconds}" + (order.Payout is { } payee ? " " + payee : ""),
            body.Span);

    private sealed record Upload(PodOrder Order, MachineClass Machine, ReadOnlyMemory<byte> Body);
}
