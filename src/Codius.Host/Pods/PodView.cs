using System.Net;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods;

/// <summary>A paid pod as everybody but its owner sees it: replaced as a whole, never changed.</summary>
/// <param name="Record">What the store knows.</param>
/// <param name="Manifest">What was uploaded.</param>
/// <param name="State">How it is.</param>
/// <param name="Address">Where it is; null while it has no sandbox.</param>
/// <param name="Trouble">Why it does not run although it is paid for; null when it does.</param>
/// <param name="Containers">How its containers are, and how they ended last.</param>
public sealed record PodView(
    PodRecord Record,
    Manifest Manifest,
    PodState State,
    IPAddress? Address,
    string? Trouble,
    IReadOnlyList<ContainerView> Containers);

/// <summary>A container, and its last end, which may be that of an earlier attempt.</summary>
public sealed record ContainerView(ContainerStatus Status, ContainerEnd? LastEnd);

/// <summary>How a container ended, the how manyeth time in a row, and when it is started again if it is.</summary>
public sealed record ContainerEnd(
    int Attempt, int Ends, int? ExitCode, string? Reason, DateTimeOffset At, DateTimeOffset? StartsAgainAt)
{
    public string Describe(string container) =>
        $"container {container} " + (ExitCode is { } code ? $"ended with exit code {code}" : "did not run")
        + (Reason is { } reason ? $" ({reason})" : "");
}
