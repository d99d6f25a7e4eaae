using Codius.Core.Pods;
using Microsoft.Extensions.Logging;

namespace Codius.Runtime.Containerd;

public sealed partial class ContainerdPodRuntime
{
    [LoggerMessage(LogLevel.Warning, "The sandbox of pod {Pod} could not be stopped ({Reason}); killing its processes.")]
    private partial void LogStopFailed(PodId pod, string reason);

    [LoggerMessage(LogLevel.Information, "Removing what was left of pod {Pod}.")]
    private partial void LogLeftover(PodId pod);
}
