using Codius.Core.Manifests;
using Yarp.ReverseProxy.Forwarder;

namespace Codius.Host.Ingress;

public sealed partial class PodIngress
{
    /// <summary>At debug level, since anybody can cause any number of them.</summary>
    [LoggerMessage(Level = LogLevel.Debug, Message = "A request to pod {Hash} was not forwarded ({Error}): {Reason}")]
    private partial void LogNotForwarded(ManifestHash hash, ForwarderError error, string? reason);
}
