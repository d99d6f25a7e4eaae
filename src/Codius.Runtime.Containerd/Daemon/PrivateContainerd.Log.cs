using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd.Daemon;

internal sealed partial class PrivateContainerd
{
    [LoggerMessage(LogLevel.Information, "Found containerd running as process {Process}.")]
    private partial void LogFound(int process);

    [LoggerMessage(LogLevel.Information, "Started {Program}.")]
    private partial void LogStarted(string program);

    [LoggerMessage(
        LogLevel.Warning, "containerd has ended or answers no more; starting it again. Pods go on meanwhile.")]
    private partial void LogDied();

    [LoggerMessage(LogLevel.Warning, "Ended shim {Process}, which a containerd that was killed had begun for nothing.")]
    private partial void LogStrayShim(int process);

    [LoggerMessage(LogLevel.Error, "containerd could not be started again: {Reason}")]
    private partial void LogNotRestarted(string reason);
}
