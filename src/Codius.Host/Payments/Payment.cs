using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Payments;

/// <summary>
/// Money that is there and not taken yet: what the packet that is held brings, and what of the payer's credit goes with
/// it. Whoever delivers turns it into a purchase, and commits that.
/// </summary>
/// <param name="Token">Which operation it pays for.</param>
/// <param name="RequestDigest">The request of that operation.</param>
/// <param name="Asset">What the amounts are in.</param>
/// <param name="Price">What is asked.</param>
/// <param name="PacketKey">Names the held packet; unique for ever. Names the token when no packet is needed.</param>
/// <param name="PacketAmount">What it brings.</param>
/// <param name="Credit">The payer's credit.</param>
/// <param name="FromCredit">What of it goes into the price, with what earlier packets of this operation
/// brought.</param>
/// <param name="Capability">The payer's, for what he buys.</param>
/// <param name="Tag">Names the connections that he pays over.</param>
public sealed record Payment(
    PayToken Token,
    string RequestDigest,
    Asset Asset,
    long Price,
    string PacketKey,
    long PacketAmount,
    CreditId Credit,
    long FromCredit,
    CapabilityId Capability,
    string Tag)
{
    public string PriceText => $"{Price} {Asset}";

    public Purchase ToPurchase(
        ManifestHash manifest,
        PodRecord? pod,
        PodDuration duration,
        DateTimeOffset endsAt,
        RecordedAnswer answer,
        DateTimeOffset now)
    {
        var lease = new Lease(Token.Hex, Asset, Price, duration.Seconds, endsAt);
        return new Purchase(
            Token, RequestDigest, pod, manifest, lease, PacketKey, PacketAmount, Credit, FromCredit, answer, now,
            Capability, Tag);
    }
}
