using System.Net;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.PodAccounts;

/// <summary>Lets pods have accounts with the host's connector, for as long as they have a network.</summary>
public interface IPodAccounts
{
    /// <summary>
    /// A pod has this network address from now on; whatever connects from it has the account of the pod and its
    /// uploader.
    /// </summary>
    void Enter(PodId pod, ManifestHash manifest, CapabilityId? owner, IPAddress address);

    /// <summary>The pod has no network any more. What it has earned stays its uploader's.</summary>
    void Leave(PodId pod);
}

/// <summary>For hosts whose pods have no Interledger.</summary>
internal sealed class NoPodAccounts : IPodAccounts
{
    public static NoPodAccounts Instance { get; } = new();

    public void Enter(PodId pod, ManifestHash manifest, CapabilityId? owner, IPAddress address)
    {
    }

    public void Leave(PodId pod)
    {
    }
}
