using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Pods;

internal sealed partial class ContainerExits
{
    [LoggerMessage(LogLevel.Debug, "containerd's stream of events ended: {Reason}")]
    private partial void LogStreamEnded(string reason);

    [LoggerMessage(LogLevel.Debug, "Exits could not be looked up: {Reason}")]
    private partial void LogNotReconciled(string reason);
}
