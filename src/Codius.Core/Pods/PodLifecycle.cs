using System.Collections.Frozen;
using static Codius.Core.Pods.PodState;
using static Codius.Core.Pods.PodTrigger;

namespace Codius.Core.Pods;

/// <summary>One step of a pod's life.</summary>
public readonly record struct PodTransition(PodState From, PodTrigger Trigger, PodState To);

/// <summary>
/// The whole life of a pod as a table. What is not in it cannot happen. Whoever owns a pod asks it before he acts, and
/// records a step durably before he relies on its effect.
/// </summary>
public static class PodLifecycle
{
    /// <summary>Every step that there is.</summary>
    public static IReadOnlyList<PodTransition> Transitions { get; } =
    [
        new(Starting, Sold, Running),
        new(Starting, NotSold, Ended),

        new(Running, Extended, Running),
        new(Running, ContainersRun, Running),
        new(Running, ContainerEnded, Restarting),
        new(Running, AllDone, Completed),
        new(Running, SandboxLost, Away),
        new(Running, TimeOver, Paused),
        new(Running, GraceOver, Ended),
        new(Running, Stopped, Ended),

        // What does not run is not kept when its time is over.
        new(Restarting, ContainerEnded, Restarting),
        new(Restarting, ContainersRun, Running),
        new(Restarting, AllDone, Completed),
        new(Restarting, SandboxLost, Away),
        new(Restarting, TimeOver, Ended),
        new(Restarting, GraceOver, Ended),
        new(Restarting, Stopped, Ended),

        // A job that is done is not done again because its sandbox goes.
        new(Completed, AllDone, Completed),
        new(Completed, SandboxLost, Completed),
        new(Completed, TimeOver, Ended),
        new(Completed, GraceOver, Ended),
        new(Completed, Stopped, Ended),

        new(Away, SandboxLost, Away),
        new(Away, BroughtBack, Running),
        new(Away, CannotStart, Ended),
        new(Away, TimeOver, Ended),
        new(Away, GraceOver, Ended),
        new(Away, Stopped, Ended),

        // Without its sandbox it is started anew when somebody pays.
        new(Paused, SandboxLost, Paused),
        new(Paused, Extended, Running),
        new(Paused, GraceOver, Ended),
        new(Paused, Stopped, Ended),
    ];

    private static readonly FrozenDictionary<(PodState, PodTrigger), PodState> Table =
        Transitions.ToFrozenDictionary(step => (step.From, step.Trigger), step => step.To);

    /// <summary>Whether this can happen to a pod that is so.</summary>
    public static bool Allows(this PodState from, PodTrigger trigger) => Table.ContainsKey((from, trigger));

    /// <summary>How it is then.</summary>
    /// <exception cref="InvalidOperationException">It cannot happen: a mistake of whoever owns the pod.</exception>
    public static PodState After(this PodState from, PodTrigger trigger) =>
        Table.TryGetValue((from, trigger), out var to)
            ? to
            : throw new InvalidOperationException($"There is no {trigger} of a pod that is {from}.");

    /// <summary>Whether requests reach it.</summary>
    public static bool HasIngress(this PodState state) => state is Running or Restarting;

    /// <summary>Whether time that was paid for passes.</summary>
    public static bool UsesTime(this PodState state) => state is Running or Restarting or Completed;
}
