using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

/// <summary>
/// What somebody wants to buy: time for a manifest. Without the request, only a pod that runs can be extended.
/// </summary>
public sealed record PodOrder(ManifestHash Manifest, ManifestRequest? Request, PodDuration Duration)
{
    public ResourceLimits Limits => ResourceLimits.Small;
}
