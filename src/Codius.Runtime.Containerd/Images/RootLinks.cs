using Codius.Runtime.Containerd.Cri.Snapshots;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Looks for links in the places where runtimes set things up before a container has its own root. Older versions of
/// runc follow one in the place of /dev, and make and remove files in whatever directory of the machine it names.
/// </summary>
internal static class RootLinks
{
    private const string Upper = "upperdir=";
    private const string Lower = "lowerdir=";

    private static readonly string[] Places = ["dev", "proc", "sys"];

    /// <summary>The first such place that is a link, in a root file system of overlaid directories.</summary>
    public static string? Find(IEnumerable<Mount> mounts)
    {
        var options = mounts.SelectMany(mount => mount.Options).ToList();
        string[] layers =
        [
            .. options.Where(option => option.StartsWith(Upper, StringComparison.Ordinal)).Select(o => o[Upper.Length..]),
            .. options.Where(option => option.StartsWith(Lower, StringComparison.Ordinal))
                .SelectMany(option => option[Lower.Length..].Split(':')),
        ];
        return Places.FirstOrDefault(place => IsLink(layers, place));
    }

    /// <summary>The topmost layer that has something there is the one that counts.</summary>
    private static bool IsLink(IEnumerable<string> layers, string place)
    {
        foreach (var layer in layers)
        {
            var path = new FileInfo(Path.Combine(layer, place));
            if (path.LinkTarget is not null)
                return true;
            if (path.Exists || Directory.Exists(path.FullName))
                return false;
        }

        return false;
    }
}
