using System.Net;
using Codius.Core.Manifests;

namespace Codius.Core.Pods;

/// <summary>
/// <paramref name="Name"/> of the runtime ("containerd") and of the isolation ("gvisor", "runc", "none").
/// </summary>
public sealed record RuntimeInfo(string Name, string Isolation);

/// <summary>An image that is present. <paramref name="SizeBytes"/> as its registry counts it; 0 if unknown.</summary>
public sealed record PulledImage(ImageReference Image, long SizeBytes);

public enum ContainerPhase
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <summary>
/// One container. Reason is the runtime's word for an end ("OOMKilled", "Error", "Completed").
/// <paramref name="Attempt"/> counts how often it was started again.
/// </summary>
public sealed record ContainerStatus(
    string Name,
    ContainerPhase Phase,
    int? ExitCode,
    string? Reason,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempt = 0);

/// <summary>
/// A pod as its runtime sees it. <paramref name="SandboxReady"/> is false when the sandbox itself has died.
/// </summary>
public sealed record PodStatus(
    PodId Id,
    ManifestHash Manifest,
    bool SandboxReady,
    IPAddress? Address,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ContainerStatus> Containers)
{
    public bool AllRunning => SandboxReady && Containers.Count > 0
        && Containers.All(c => c.Phase == ContainerPhase.Running);

    public ContainerStatus? FirstExited => Containers.FirstOrDefault(c => c.Phase == ContainerPhase.Exited);
}

/// <summary>A container ended; with no container name, the whole sandbox did.</summary>
public sealed record PodEvent(PodId Id, string? Container, int? ExitCode, DateTimeOffset At);

/// <summary>What the pod has used and uses now. Bytes of disk are null where the runtime does not count them.</summary>
public sealed record PodStats(TimeSpan CpuTime, long MemoryBytes, int Pids, long? DiskBytes = null);

public enum LogStream
{
    Stdout,
    Stderr,
}

/// <summary>
/// A whole line without its end of line. <paramref name="Number"/> counts the lines of its container from 1, the same
/// for everybody who reads them.
/// </summary>
public sealed record LogLine(string Container, LogStream Stream, DateTimeOffset At, string Text, long Number);

/// <summary>
/// Which lines: the last <paramref name="Tail"/> (all when null), those since a time, and those to come.
/// </summary>
public sealed record LogQuery(bool Follow = false, int? Tail = null, DateTimeOffset? Since = null);
