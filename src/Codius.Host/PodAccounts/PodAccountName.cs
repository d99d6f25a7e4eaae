using System.Security.Cryptography;
using System.Text;
using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Names the account of a pod and its uploader. The name follows from both, so that it is the same after any restart
/// and nobody else's; it is the pod's part of its ILP address, and tells neither.
/// </summary>
internal static class PodAccountName
{
    private const int Length = 16;

    public static string Of(ManifestHash manifest, CapabilityId? owner, Asset asset) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes($"{manifest}\n{owner?.Hex}\n{asset}")).AsSpan(0, Length));

    public static PodAccount Account(ManifestHash manifest, CapabilityId? owner, Asset asset, string? payout) =>
        new(Of(manifest, owner, asset), manifest, owner, asset, payout);
}
