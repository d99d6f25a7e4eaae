using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

/// <summary>
/// What somebody wants to buy: time for a manifest. Without the request, only a pod that runs can be extended. Limits
/// that are not told are those of a small machine.
/// </summary>
public sealed record PodOrder(
    ManifestHash Manifest, ManifestRequest? Request, PodDuration Duration, ResourceLimits? Sold = null)
{
    /// <summary>Of whoever starts the pod; null where that is not known yet, or not any more.</summary>
    public CapabilityId? Owner { get; init; }

    /// <summary>The payment pointer that the pod's earnings are to go to, if whoever starts it names one.</summary>
    public string? Payout { get; init; }

    public ResourceLimits Limits => Sold ?? ResourceLimits.Small;
}
