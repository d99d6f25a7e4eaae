namespace Codius.Core.Pods;

/// <summary>
/// When a container that ended is started again. A pod with a port is a server: whatever of it ends is. One without is
/// a job: a container that ended with exit code 0 is done. Time runs on meanwhile; it is the pod's own doing.
/// </summary>
public static class RestartPolicy
{
    /// <summary>Before the first attempt, and doubled with each that follows.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    /// <summary>It is never longer than this.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>A container that has run for so long ends for the first time.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(60);

    /// <summary>Whether a container that ended so is started again.</summary>
    public static bool Restarts(bool podHasPort, int? exitCode) => podHasPort || exitCode != 0;

    /// <summary>How many times in a row it has ended, with this one, after it ran for so long.</summary>
    public static int CountEnds(int before, TimeSpan ran) =>
        ran >= Steady ? 1 : before == int.MaxValue ? before : before + 1;

    /// <summary>How long it is left alone after it ended for so many times in a row.</summary>
    public static TimeSpan DelayAfter(int ends)
    {
        const int MostDoublings = 6;
        var delay = FirstDelay * (1 << Math.Clamp(ends - 1, 0, MostDoublings));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
