using System.Net;
using Codius.Core.Manifests;

namespace Codius.Host.Ingress;

/// <summary>
/// Where a pod is to be found. Without an address it is known but not running; without a port it serves nothing. One
/// whose time is over is kept for a while.
/// </summary>
public readonly record struct PodRoute(IPAddress? Address, int? Port, DateTimeOffset? PausedUntil = null)
{
    /// <summary>
    /// Cancelled when the pod stands still or is removed. Neither closes its connections: whoever waits for it then
    /// must be told by the host.
    /// </summary>
    public CancellationToken Closed { get; init; }
}

/// <summary>Which pods the world may reach. Asked for every request to a pod: it answers from memory.</summary>
public interface IPodDirectory
{
    /// <summary>False for a hash that this host does not know.</summary>
    bool TryFind(ManifestHash hash, out PodRoute route);
}
