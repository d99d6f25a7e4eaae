using System.Runtime.InteropServices;

namespace Codius.Host.Hosting;

/// <summary>
/// Gives back what this process keeps for its next burst of work as soon as one is over: the memory of the machine is
/// what pods are sold. Both the collector and the C library, out of whose memory the compiler works, keep it otherwise.
/// </summary>
internal static class IdleMemory
{
    // A host with nothing to do allocates less than this in the time between two looks; one that starts a pod, more.
    private const long QuietBytes = 512 * 1024;

    // Giving back stops the process for some tens of milliseconds, so it is not done for less.
    private const long WorthBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Does so until cancelled.</summary>
    public static async Task KeepLowAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (before, given) = (0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var allocated = GC.GetTotalAllocatedBytes();
                if (allocated - before < QuietBytes && allocated - given > WorthBytes)
                {
                    GiveBack();
                    given = allocated;
                }

                before = allocated;
            }
        }
        catch (OperationCanceledException)
        {
            // The host ends.
        }
    }

    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not every C library keeps anything.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int Trim(nuint kept);
}
