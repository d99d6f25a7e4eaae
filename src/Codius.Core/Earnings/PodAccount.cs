using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Core.Earnings;

/// <summary>
/// The account that a pod has with the host's connector, where what it earns belongs to whoever started it. The same
/// uploader has the same account the next time; another one who starts the same manifest has another.
/// </summary>
/// <param name="Id">Names it in addresses and in the books; follows from the other three.</param>
/// <param name="Manifest">Whose it is.</param>
/// <param name="Owner">The capability that earnings belong to; null where nobody has one.</param>
/// <param name="Asset">What it is counted in.</param>
/// <param name="Payout">The payment pointer that earnings are paid out to; null while nobody named one.</param>
public sealed record PodAccount(
    string Id, ManifestHash Manifest, CapabilityId? Owner, Asset Asset, string? Payout);
