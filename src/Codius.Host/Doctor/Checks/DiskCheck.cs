using System.Globalization;
using Codius.Core.Checks;
using Codius.Host.Info;

namespace Codius.Host.Doctor.Checks;

/// <summary>Room for the store, images and what pods write.</summary>
internal sealed class DiskCheck(string root, long least = 2_000_000_000, long enough = 20_000_000_000) : ICheck
{
    private const string Advice = "give it a larger disk, or put Codius:RootDirectory (CODIUS_ROOT) on one";

    public string Name => "disk";

    public Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var disk = Machine.DiskOf(root);
        var found =
            $"{Gigabytes(disk.AvailableFreeSpace)} of {Gigabytes(disk.TotalSize)} free for {root} ({disk.DriveFormat})";
        return Task.FromResult(
            disk.AvailableFreeSpace < least ? Finding.Failed(found, Advice)
            : disk.AvailableFreeSpace < enough ? Finding.Warning(found, Advice)
            : Finding.Well(found));
    }

    private static string Gigabytes(long bytes) => (bytes / 1e9).ToString("0.0 GB", CultureInfo.InvariantCulture);
}
