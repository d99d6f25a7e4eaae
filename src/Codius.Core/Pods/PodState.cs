namespace Codius.Core.Pods;

/// <summary>How a pod is, from its start to its end. docs/life-of-a-pod.md tells it as a story.</summary>
public enum PodState
{
    /// <summary>Being made and started, caged; nobody has paid yet, and no record names it.</summary>
    Starting,

    /// <summary>Paid for, and all its containers run.</summary>
    Running,

    /// <summary>Paid for; a container ended by itself and is started again after a while.</summary>
    Restarting,

    /// <summary>Paid for; it serves no port and all its containers have ended with exit code 0.</summary>
    Completed,

    /// <summary>Paid for; its sandbox is gone without its doing, and it is being started again.</summary>
    Away,

    /// <summary>Its time is over; it stands still and waits for more, for a while.</summary>
    Paused,

    /// <summary>Over. What there is of it is removed.</summary>
    Ended,
}

/// <summary>What happens to a pod.</summary>
public enum PodTrigger
{
    /// <summary>It was ready, and its payment is committed.</summary>
    Sold,

    /// <summary>It was not ready, or not paid for.</summary>
    NotSold,

    /// <summary>More time was committed.</summary>
    Extended,

    /// <summary>A container ended that is to be started again.</summary>
    ContainerEnded,

    /// <summary>All containers run (again).</summary>
    ContainersRun,

    /// <summary>All containers have ended, and none is to be started again.</summary>
    AllDone,

    /// <summary>The sandbox is gone.</summary>
    SandboxLost,

    /// <summary>It was started again under a new id.</summary>
    BroughtBack,

    /// <summary>It cannot be started again, by its own fault.</summary>
    CannotStart,

    /// <summary>The time that was paid for is over, and pods are kept for a while then.</summary>
    TimeOver,

    /// <summary>The time that was paid for is over, and so is the time for which it was kept.</summary>
    GraceOver,

    /// <summary>Somebody who may has ended it.</summary>
    Stopped,
}
