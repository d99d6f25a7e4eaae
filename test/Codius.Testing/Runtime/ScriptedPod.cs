using System.Net;
using Codius.Core.Pods;

namespace Codius.Testing.Runtime;

/// <summary>A pod of a scripted machine. All of it is guarded by the machine's lock.</summary>
internal sealed class ScriptedPod(PodSpec spec, IPAddress address, DateTimeOffset createdAt)
{
    private readonly List<ScriptedContainer> _containers = [.. spec.Containers.Select(c => new ScriptedContainer(c))];

    public PodSpec Spec => spec;

    public List<LogLine> Log { get; } = [];

    public bool Caged { get; set; } = true;

    public bool Paused { get; set; }

    public bool SandboxReady { get; set; } = true;

    public IReadOnlyList<ScriptedContainer> Containers => _containers;

    public ScriptedContainer Container(string name) => _containers.First(c => c.Spec.Name == name);

    public PodStatus Status() => new(
        spec.Id,
        spec.Manifest,
        SandboxReady,
        address,
        createdAt,
        [.. _containers.Select(c => new ContainerStatus(
            c.Spec.Name, c.Phase, c.ExitCode, c.Reason, c.StartedAt, c.FinishedAt, c.Attempt))]);
}

internal sealed class ScriptedContainer(ContainerSpec spec)
{
    public ContainerSpec Spec => spec;

    public ContainerPhase Phase { get; set; } = ContainerPhase.Created;

    public int? ExitCode { get; set; }

    public string? Reason { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public bool Stubborn { get; set; }

    public int Attempt { get; private set; }

    /// <summary>Runs again after it has ended.</summary>
    public void Begin(DateTimeOffset at)
    {
        (Phase, StartedAt, ExitCode, Reason, FinishedAt) = (ContainerPhase.Running, at, null, null, null);
        Attempt++;
    }
}
