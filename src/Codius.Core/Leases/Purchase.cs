using Codius.Core.Earnings;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Core.Leases;

/// <summary>
/// The one durable step of a paid operation: money, token, lease and answer together. Nothing is fulfilled before it,
/// and after it nothing is taken back.
/// </summary>
/// <param name="Token">Spent by this.</param>
/// <param name="RequestDigest">The request that it was spent for.</param>
/// <param name="Pod">The pod that was started, or null when a running one is extended.</param>
/// <param name="Manifest">Whose time is bought.</param>
/// <param name="Lease">The time.</param>
/// <param name="PacketKey">Names the packet that completes the price; empty when a credit paid for all.</param>
/// <param name="PacketAmount">What that packet brings, in minor units.</param>
/// <param name="SpentCredit">The credit that part payments and any surplus belong to and that may be spent.</param>
/// <param name="SpentFromCredit">How much of that credit goes into the price, part payments included.</param>
/// <param name="Answer">What the payer is told, now and when he repeats himself.</param>
/// <param name="At">When.</param>
/// <param name="Capability">Of whoever pays; with a new pod it becomes that of its owner.</param>
/// <param name="Tag">Names the connections that were paid over, over which what is left can go back.</param>
public sealed record Purchase(
    PayToken Token,
    string RequestDigest,
    PodRecord? Pod,
    ManifestHash Manifest,
    Lease Lease,
    string PacketKey,
    long PacketAmount,
    CreditId SpentCredit,
    long SpentFromCredit,
    RecordedAnswer Answer,
    DateTimeOffset At,
    CapabilityId Capability,
    string Tag)
{
    /// <summary>With a new pod, the account that its earnings are kept on.</summary>
    public PodAccount? Account { get; init; }

    /// <summary>Whether packet and credit pay the price, and no more is taken from the credit than it needs.</summary>
    public bool AddsUp => SpentFromCredit >= 0 && SpentFromCredit <= Lease.Price
        && PacketAmount >= Lease.Price - SpentFromCredit;

    /// <summary>What came beyond the price; it stays the payer's, as a credit.</summary>
    public long Surplus => checked(PacketAmount + SpentFromCredit - Lease.Price);
}
