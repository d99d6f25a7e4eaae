using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Network;

internal sealed partial class PodNetwork
{
    [LoggerMessage(LogLevel.Warning,
        "The firewall chain '{Chain}' of another program drops what it does not know. Pods have no Internet until it accepts what comes from and goes to {Subnet}.")]
    private partial void LogForeignPolicy(string chain, string subnet);
}
