using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Network;

internal sealed partial class PodNetwork
{
    [LoggerMessage(LogLevel.Warning,
        "The firewall chain '{Chain}' of another program drops what it does not know. "
        + "It now accepts what comes from and goes to {Subnet}, which pods need to have Internet.")]
    private partial void LogAcceptedAbroad(ForeignChain chain, string subnet);

    [LoggerMessage(LogLevel.Warning,
        "The firewall chain '{Chain}' of another program drops what it does not know. "
        + "Pods have no Internet until it accepts what comes from and goes to {Subnet}.")]
    private partial void LogForeignPolicy(ForeignChain chain, string subnet);

    [LoggerMessage(LogLevel.Warning,
        "Another program has changed or removed the rules of nftables that hold pods. They are as before again.")]
    private partial void LogMended();

    [LoggerMessage(LogLevel.Critical,
        "The rules of nftables that hold pods were changed or removed and are not back: {Reason}")]
    private partial void LogNotMended(string reason);

    [LoggerMessage(LogLevel.Error,
        "It would not be seen now if another program removed the rules of nftables that hold pods: {Reason}")]
    private partial void LogDeaf(string reason);
}
