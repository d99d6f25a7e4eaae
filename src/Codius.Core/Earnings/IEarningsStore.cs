using Codius.Core.Leases;
using Codius.Core.Manifests;

namespace Codius.Core.Earnings;

/// <summary>
/// Whose earnings are whose, and what was done to pay them out. Every method that changes something is one transaction.
/// The balances themselves are the connector's.
/// </summary>
public interface IEarningsStore
{
    /// <summary>Adds an account, or gives one that is there another pointer, if this one has any.</summary>
    Task SaveAccountAsync(PodAccount account, CancellationToken cancellationToken);

    /// <summary>The accounts whose earnings are to be paid out to somebody.</summary>
    Task<IReadOnlyList<PodAccount>> LoadAccountsWithPayeeAsync(CancellationToken cancellationToken);

    /// <summary>The accounts that a capability has of a manifest, one for each asset.</summary>
    Task<IReadOnlyList<PodAccount>> FindAccountsAsync(
        ManifestHash manifest, CapabilityId owner, CancellationToken cancellationToken);

    /// <summary>Records a payout before anything of it is done, or how far it has come since.</summary>
    Task SavePayoutAsync(Payout payout, CancellationToken cancellationToken);

    /// <summary>What an earlier life of the host has begun and not settled.</summary>
    Task<IReadOnlyList<Payout>> LoadUnsettledPayoutsAsync(CancellationToken cancellationToken);

    /// <summary>The payouts of an account, the last first.</summary>
    Task<IReadOnlyList<Payout>> FindPayoutsAsync(string account, int limit, CancellationToken cancellationToken);

    /// <summary>What became of all payouts of an account.</summary>
    Task<PayoutSums> SumPayoutsAsync(string account, CancellationToken cancellationToken);
}
