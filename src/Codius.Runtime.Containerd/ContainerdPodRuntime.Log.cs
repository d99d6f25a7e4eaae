using Codius.Core.Pods;
using Codius.Runtime.Containerd.Daemon;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    [LoggerMessage(
        LogLevel.Warning, "The sandbox of pod {Pod} could not be stopped ({Reason}); killing its processes.")]
    private partial void LogStopFailed(PodId pod, string reason);

    [LoggerMessage(LogLevel.Warning, "The sandbox {Pod} is of no use to a pod: {Reason}")]
    private partial void LogNotWarm(PodId pod, string reason);

    [LoggerMessage(LogLevel.Warning, "The empty sandbox {Pod} could not be removed: {Reason}")]
    private partial void LogNotRemoved(PodId pod, string reason);

    [LoggerMessage(LogLevel.Information, "Removing what was left of pod {Pod}.")]
    private partial void LogLeftover(PodId pod);

    [LoggerMessage(LogLevel.Information, "Pods are isolated by {Handler}. Others that were not taken: {Refused}.")]
    private partial void LogChosen(RuntimeHandler handler, string refused);

    [LoggerMessage(LogLevel.Information, "Pods are isolated by {Handler}, as since the machine was started.")]
    private partial void LogStillProven(RuntimeHandler handler);
}
