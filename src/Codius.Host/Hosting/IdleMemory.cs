using System.Runtime.InteropServices;

namespace Codius.Host.Hosting;

/// <summary>
/// Gives back what this process keeps for its next burst of work as soon as one is over: the memory of the machine is
/// what pods are sold. Both the collector and the C library, out of whose memory the compiler works, keep it otherwise.
/// </summary>
internal static class IdleMemory
{
    // A pause of some tens of milliseconds, at a moment when nobody waits.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private const long QuietBytes = 512 * 1024;
    private const long WorthBytes = 4 * 1024 * 1024;

    /// <summary>Does so until cancelled.</summary>
    public static async Task KeepLowAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Quiet, time);
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
