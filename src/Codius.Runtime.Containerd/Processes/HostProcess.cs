using System.Diagnostics;

namespace Codius.Runtime.Containerd.Processes;

/// <summary>Processes that are not our children.</summary>
internal static class HostProcess
{
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }
}
