using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Core.Leases;

/// <summary>
/// What became of one lease when it ended. Of the price, <paramref name="Earned"/> is the host's; <paramref
/// name="Unused"/> became a credit, of which <paramref name="Returned"/> has been sent back to its payer since.
/// </summary>
/// <param name="LeaseId">The token of the purchase, in hexadecimal digits.</param>
/// <param name="Manifest">Whose time it was.</param>
/// <param name="Capability">Of the payer; null where the lease was sold before there were any.</param>
/// <param name="Credit">Where the unused part went.</param>
/// <param name="Asset">What the amounts are in minor units of.</param>
/// <param name="Earned">The served part of the price.</param>
/// <param name="Unused">The rest of it.</param>
/// <param name="Returned">What of the rest has gone back.</param>
/// <param name="Tag">Names the connections that it was paid over.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Reason">Why, in words for its payer.</param>
public sealed record LeaseSettlement(
    string LeaseId,
    ManifestHash Manifest,
    CapabilityId? Capability,
    CreditId Credit,
    Asset Asset,
    long Earned,
    long Unused,
    long Returned,
    string Tag,
    DateTimeOffset EndedAt,
    string Reason);

/// <summary>The leases that ended together, and what of their prices was credited.</summary>
public sealed record PodSettlement(IReadOnlyList<LeaseSettlement> Leases)
{
    public static PodSettlement Nothing { get; } = new([]);

    /// <summary>In minor units, over all assets: for logs.</summary>
    public long Credited => Leases.Sum(lease => lease.Unused);
}

/// <summary>A payer took back the time that he had not used: what he gets, and the pod's new end.</summary>
public sealed record LeaseWithdrawal(PodSettlement Settlement, DateTimeOffset ExpiresAt);
