using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    [LoggerMessage(LogLevel.Information, "Pod {Manifest} ({Id}) sold for {Seconds} s at {Price}, until {ExpiresAt:o}")]
    private static partial void LogPodSold(
        ILogger log, ManifestHash manifest, PodId id, long seconds, string price, DateTimeOffset expiresAt);

    [LoggerMessage(LogLevel.Information, "Pod {Manifest} ({Id}) did not start, nothing was taken: {Reason}")]
    private static partial void LogPodNotStarted(ILogger log, ManifestHash manifest, PodId id, string reason);

    [LoggerMessage(LogLevel.Information, "Pod {Manifest} ({Id}) ended: {Reason}; {Credited} units credited")]
    private static partial void LogPodEnded(
        ILogger log, ManifestHash manifest, PodId id, string reason, long credited);

    [LoggerMessage(LogLevel.Information, "Pod {Manifest} ({Id}) stands still: its time is over; kept until {Until:o}")]
    private static partial void LogPodPaused(ILogger log, ManifestHash manifest, PodId id, DateTimeOffset until);

    [LoggerMessage(LogLevel.Warning, "Pod {Manifest} ({Id}) is in trouble: {Trouble}")]
    private static partial void LogTrouble(ILogger log, ManifestHash manifest, PodId id, string trouble);

    [LoggerMessage(LogLevel.Information, "Pod {Manifest} ({Id}) taken over, until {ExpiresAt:o}")]
    private static partial void LogPodTakenOver(
        ILogger log, ManifestHash manifest, PodId id, DateTimeOffset expiresAt);

    [LoggerMessage(
        LogLevel.Error, "Pod {Manifest} ({Id}) cannot be read from the store; what was not served is credited")]
    private static partial void LogUnreadable(ILogger log, ManifestHash manifest, PodId id, Exception error);

    [LoggerMessage(LogLevel.Warning, "Pod {Manifest} was away for {Outage} and runs again as {Id}")]
    private static partial void LogPodRestarted(ILogger log, ManifestHash manifest, PodId id, TimeSpan outage);

    [LoggerMessage(LogLevel.Error, "Pod {Manifest} ({Id}) could not be removed; it is tried again")]
    private static partial void LogRemovalFailed(ILogger log, ManifestHash manifest, PodId id, Exception error);

    [LoggerMessage(LogLevel.Warning, "The clock has jumped by {Jump}; pod {Manifest} ends as much later")]
    private static partial void LogClockJumped(ILogger log, ManifestHash manifest, TimeSpan jump);

    [LoggerMessage(LogLevel.Warning, "That pod {Manifest} is {State} could not be noted in the store")]
    private static partial void LogNotNoted(ILogger log, ManifestHash manifest, PodState state, Exception error);

    [LoggerMessage(LogLevel.Error, "Pod {Manifest}: {Command} failed")]
    private static partial void LogCommandFailed(ILogger log, ManifestHash manifest, string command, Exception error);
}
