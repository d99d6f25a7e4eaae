using System.Net;
using Codius.Core;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Network;
using Codius.Runtime.Containerd.Pods;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    /// <summary>What is in front of this host's pods, for tests that take it away.</summary>
    internal PodNetwork Network { get; }

    /// <summary>A pod without an address has no network.</summary>
    private async Task<Failure?> LimitNetworkAsync(ResourceLimits limits, IPAddress? address) =>
        address is null ? null : await Network.LimitAsync(address, BytesPerSecond(limits), CancellationToken.None);

    private long BytesPerSecond(ResourceLimits limits) =>
        Math.Min(limits.BandwidthBitsPerSecond, _options.Network.MegabitsPerSecond * 1_000_000L) / 8;

    // A sandbox that stands ready has no files of a pod yet.
    private async Task<IReadOnlyList<(IPAddress Pod, long BytesPerSecond)>> FindNetworkLimitsAsync(
        CancellationToken cancellationToken) =>
        [.. (await _statuses.ReadAddressesAsync(cancellationToken))
            .Select(pod => (pod.Address, BytesPerSecond(_files.ReadLimits(pod.Id) ?? WarmSandboxes.Limits)))];
}
