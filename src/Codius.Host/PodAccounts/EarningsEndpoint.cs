using System.Text.Json;
using Codius.Core;
using Codius.Core.Earnings;
using Codius.Core.Manifests;
using Codius.Host.Errors;
using Codius.Host.Pods;

namespace Codius.Host.PodAccounts;

/// <summary>
/// <c>/pods/{hash}/earnings</c>, for whoever started the pod, also after its end: GET tells what it has earned, and PUT
/// names the payment pointer that this goes to, and has it paid out at once.
/// </summary>
internal sealed class EarningsEndpoint(
    Earnings earnings,
    IEarningsStore store,
    PayoutService payouts,
    Payees payees,
    BodyReader bodies,
    IHostApplicationLifetime life,
    TimeProvider time)
{
    private const int MaxBody = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public async Task TellAsync(HttpContext context, string hash)
    {
        if ((await FindAsync(context, hash)).Succeeded(out var found, out var failure))
            await WriteAsync(context, found.Manifest, found.Accounts);
        else
            await ErrorResponse.WriteAsync(context, failure);
    }

    public async Task PayOutAsync(HttpContext context, string hash)
    {
        if (!(await FindAsync(context, hash)).Succeeded(out var found, out var failure)
            || !(await ReadPayeeAsync(context)).Succeeded(out var payee, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure);
            return;
        }

        var accounts = found.Accounts.Select(account => account with { Payout = payee }).ToList();
        foreach (var account in accounts)
            await store.SaveAccountAsync(account, CancellationToken.None);
        // A payout is not given up because nobody waits for it any more.
        Task paying = Task.WhenAll(accounts.Select(
            account => payouts.PayNowAsync(account, life.ApplicationStopping)));
        await paying.WaitAsync(Patience, time, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await WriteAsync(context, found.Manifest, accounts);
    }

    private async Task<Outcome<Found>> FindAsync(HttpContext context, string hash)
    {
        if (!ManifestHash.TryParse(hash, out var manifest))
            return Failure.NotFound("no pod has such a hash");
        if (!PodRights.TryRead(context.Request, out var capability))
            return NotHis();
        var accounts = await earnings.FindAsync(manifest, capability.Value, context.RequestAborted);
        return accounts.Count > 0 ? new Found(manifest, accounts) : NotHis();
    }

    private async Task<Outcome<string>> ReadPayeeAsync(HttpContext context)
    {
        if (!(await bodies.ReadJsonAsync(context, MaxBody)).Succeeded(out var body, out var failure))
            return failure;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("payout", out var payout)
            && payout.ValueKind == JsonValueKind.String && payees.IsPayee(payout.GetString()!)
                ? payout.GetString()!
                : Failure.InvalidRequest("the body must be {\"payout\":\"$example.com/alice\"}, a payment pointer");
    }

    private async Task WriteAsync(HttpContext context, ManifestHash manifest, IReadOnlyList<PodAccount> accounts) =>
        await JsonAnswer.WriteAsync(
            context,
            await earnings.DescribeAsync(manifest, accounts, context.RequestAborted),
            EarningsJson.Plain.EarningsAnswer);

    private static Failure NotHis() => PodRights.Forbidden(
        "the earnings of a pod are for whoever started it: send the Pod-Capability of that as `Authorization: Bearer`");

    private sealed record Found(ManifestHash Manifest, IReadOnlyList<PodAccount> Accounts);
}
