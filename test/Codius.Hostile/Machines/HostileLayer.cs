using System.Formats.Tar;

namespace Codius.Hostile.Machines;

/// <summary>
/// Layers of images, of entries with any name: https://github.com/opencontainers/image-spec/blob/main/layer.md.
/// </summary>
internal static class HostileLayer
{
    public static byte[] Of(params TarEntry[] entries)
    {
        using var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }

        return layer.ToArray();
    }

    public static TarEntry File(string path, string text = "pwned") =>
        new GnuTarEntry(TarEntryType.RegularFile, path)
        { DataStream = new MemoryStream([.. text.Select(c => (byte)c)]) };

    public static TarEntry Symlink(string path, string target) =>
        new GnuTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target };

    public static TarEntry HardLink(string path, string target) =>
        new GnuTarEntry(TarEntryType.HardLink, path) { LinkName = target };

    public static TarEntry BlockDevice(string path, int major, int minor) =>
        new GnuTarEntry(TarEntryType.BlockDevice, path) { DeviceMajor = major, DeviceMinor = minor };

    /// <summary>The files of an archive's image, whose one layer is the largest thing in it.</summary>
    public static byte[] OfArchive(string archive)
    {
        using var file = System.IO.File.OpenRead(archive);
        using var tar = new TarReader(file);
        byte[] largest = [];
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.DataStream is not { } data || data.Length <= largest.Length)
                continue;
            largest = new byte[data.Length];
            data.ReadExactly(largest);
        }

        return largest;
    }
}
