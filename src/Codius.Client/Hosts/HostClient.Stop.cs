using System.Globalization;
using Codius.Client.Payments;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Money;

namespace Codius.Client.Hosts;

public sealed partial class HostClient
{
    /// <summary>
    /// Ends a pod for whoever started it, or takes one's own unused time out of it, by the capability of its purchase.
    /// What was not used comes back to the payer, if there is one that the host can reach, and is else a credit. Asked
    /// again it says the same.
    /// </summary>
    public async Task<HostResult<PodStop>> StopAsync(ManifestHash hash, CancellationToken cancellationToken)
    {
        var path = $"/pods/{hash}";
        if (_payer is not null)
        {
            var terms = new PurchaseTerms(0, _options.QuickTimeout, null);
            var purchase = await BuyAsync(
                HttpMethod.Delete, path, null, terms, body => ReadStop(body, hash), cancellationToken);
            if (purchase.Result.Error?.Kind != HostErrorKind.PaymentFailed)
                return purchase.Result;
        }

        using var request = _channel.NewRequest(HttpMethod.Delete, path);
        Authorize(request);
        return Conclude(
            await _channel.SendAsync(request, _options.QuickTimeout, cancellationToken), body => ReadStop(body, hash));
    }

    private static PodStop? ReadStop(ReadOnlyMemory<byte> body, ManifestHash wanted)
    {
        if (!HostChannel.TryRead(body, HostJson.Default.StopJson, out var json)
            || !ManifestHash.TryParse(json!.ManifestHash, out var hash)
            || hash != wanted)
            return null;
        var settled = (json.Settled ?? []).Select(ReadSettled).OfType<SettledTime>().ToList();
        return new PodStop(hash, json.Ended, json.Expiry, Clean(json.Reason), settled);
    }

    private static SettledTime? ReadSettled(StopJson.SettledJson json)
    {
        if (json.Asset is not { Code: { } code, Scale: var scale }
            || !TryReadUnits(json.Earned, out var earned)
            || !TryReadUnits(json.Returned, out var returned)
            || !TryReadUnits(json.Credited, out var credited))
            return null;
        var asset = new Asset(Clean(code), scale);
        return new SettledTime(new Amount(earned, asset), new Amount(returned, asset), new Amount(credited, asset));
    }

    private static bool TryReadUnits(string? text, out ulong units) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out units);
}
