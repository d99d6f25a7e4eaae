using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Host.Errors;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>
/// <c>DELETE /pods/{hash}</c>: whoever started a pod ends it, every other payer takes his own unused time out of it.
/// What was not used goes back by STREAM where a connection takes it, over which it was paid or which the request opens
/// as a purchase does; else it is the payer's credit. A repeat of the request is told the same.
/// </summary>
internal sealed class StopEndpoint(
    PodRegistry pods, IHostStore store, ITill till, PaymentTag tags, PaymentGate gate, Refunds refunds)
{
    public async Task HandleAsync(HttpContext context, string hash)
    {
        if (!ManifestHash.TryParse(hash, out var manifest))
            await ErrorResponse.WriteAsync(context, Failure.NotFound("no pod has such a hash"));
        else if (!PodRights.TryRead(context.Request, out var capability))
            await ErrorResponse.WriteAsync(context, NoCapability());
        else
            await HandleAsync(context, manifest, capability.Value);
    }

    private async Task HandleAsync(HttpContext context, ManifestHash manifest, CapabilityId capability)
    {
        string? tag = null;
        if (context.Request.Headers.ContainsKey(PayerHeaders.Token))
        {
            if (!PayerHeaders.ReadToken(context.Request).Succeeded(out PayToken token, out var wrong))
            {
                await ErrorResponse.WriteAsync(context, wrong);
                return;
            }

            // The address is bound to the capability: nobody else can have the money sent to him.
            var digest = RequestDigest.Of(HttpMethods.Delete, manifest.Value, default);
            tag = tags.For(token, digest, credit: null, capability);
            if (till.Asset is not null && !till.IsConnected(tag))
            {
                await gate.ChallengeAsync(context, tag);
                return;
            }
        }

        using var protection = tag is null ? null : till.Protect(tag);
        if ((await StopAsync(manifest, capability, tag)).Succeeded(out var answer, out var failure))
            await JsonAnswer.WriteAsync(context, answer, PodJson.Plain.StoppedAnswer);
        else
            await ErrorResponse.WriteAsync(context, failure);
    }

    private async Task<Outcome<StoppedAnswer>> StopAsync(ManifestHash manifest, CapabilityId capability, string? tag)
    {
        if (!pods.IsOpen)
            return PodRegistry.NotOpen();
        var stopped = await pods.StopAsync(manifest, capability);
        if (!stopped.Succeeded(out var ending, out var failure))
            return failure.Kind is FailureKind.NotFound or FailureKind.Forbidden
                && await FindEarlierAsync(manifest, capability) is { } earlier ? earlier : failure;
        var settled = new List<LeaseSettlement>();
        foreach (var lease in ending.Settlement.Leases)
        {
            var own = lease.Capability == capability;
            var returned = await refunds.SendBackAsync(lease, own ? tag : null);
            if (own)
                settled.Add(lease with { Returned = returned });
        }

        return Describe(manifest, ending.ExpiresAt, settled);
    }

    // The leases that ended together, the last time that any of this capability did.
    private async Task<StoppedAnswer?> FindEarlierAsync(ManifestHash manifest, CapabilityId capability)
    {
        var all = await store.FindSettlementsAsync(manifest, capability, CancellationToken.None);
        if (all.Count == 0)
            return null;
        var last = all.Where(lease => lease.EndedAt == all[0].EndedAt).ToList();
        // Somebody else's time may go on: then what was his is over, and the pod is not.
        return Describe(manifest, pods.Find(manifest)?.Record.ExpiresAt, last);
    }

    private static StoppedAnswer Describe(
        ManifestHash manifest, DateTimeOffset? expiresAt, IReadOnlyList<LeaseSettlement> settled) => new(
            manifest.Value,
            expiresAt is null,
            expiresAt is { } end ? PodAnswers.Time(end) : null,
            settled.Count > 0 ? settled[0].Reason : "stopped by whoever started it",
            [.. settled.GroupBy(lease => lease.Asset).Select(leases => new SettledAnswer(
                new QuotedAsset(leases.Key.Code, leases.Key.Scale),
                leases.Sum(lease => lease.Earned).ToString(),
                leases.Sum(lease => lease.Returned).ToString(),
                leases.Sum(lease => lease.Unused - lease.Returned).ToString()))]);

    private static Failure NoCapability() => PodRights.Forbidden(
        "only who paid for a pod may end it: send the Pod-Capability of the purchase as `Authorization: Bearer`");
}
