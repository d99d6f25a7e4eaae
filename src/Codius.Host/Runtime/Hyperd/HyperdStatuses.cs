using System.Globalization;
using System.Net;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>What hyperd's words about a pod mean.</summary>
internal static class HyperdStatuses
{
    public static PodStatus Read(HyperdId id, PodInfo info) => new(
        id.Pod,
        id.Manifest,
        info.Status?.Phase is "Running" or "Pending" or "Paused",
        AddressOf(info),
        DateTimeOffset.UnixEpoch.AddSeconds(info.CreatedAt),
        [.. ContainersOf(id, info).Select(container => Read(
            container.Name, info.Status?.ContainerStatus?.FirstOrDefault(s => s.ContainerId == container.Id)))]);

    public static bool IsRunning(PodInfo? info) => info?.Status?.Phase == "Running";

    public static bool IsPaused(PodInfo? info) => info?.Status?.Phase == "Paused";

    /// <summary>Name in the manifest and id in hyperd of each container, in the manifest's order.</summary>
    public static IReadOnlyList<(string Name, string Id)> ContainersOf(HyperdId id, PodInfo info)
    {
        var containers = new List<(string, string)>();
        foreach (var container in info.Spec?.Containers ?? [])
        {
            if (id.TryReadName(container.Name, out var name) && container.ContainerId is { } containerId)
                containers.Add((name, containerId));
        }

        return containers;
    }

    /// <summary>The ids of the containers that run.</summary>
    public static IReadOnlyList<string> RunningOf(PodInfo info) =>
        [.. (info.Status?.ContainerStatus ?? []).Where(status => status.Phase == "running")
            .Select(status => status.ContainerId).OfType<string>()];

    private static ContainerStatus Read(string name, ContainerInfoStatus? status) => new(
        name,
        status?.Phase switch
        {
            "pending" or "created" => ContainerPhase.Created,
            "running" => ContainerPhase.Running,
            "succeeded" or "failed" => ContainerPhase.Exited,
            _ => ContainerPhase.Unknown,
        },
        status?.Terminated?.ExitCode,
        status?.Terminated is { } end ? end.Reason is { Length: > 0 } said ? said : Reason(end.ExitCode) : null,
        Time(status?.Running?.StartedAt ?? status?.Terminated?.StartedAt),
        Time(status?.Terminated?.FinishedAt));

    private static string Reason(int exitCode) => exitCode == 0 ? "Completed" : "Error";

    private static IPAddress? AddressOf(PodInfo info) =>
        IPAddress.TryParse(info.Status?.PodIp?.FirstOrDefault()?.Split('/')[0], out var address) ? address : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;
}
