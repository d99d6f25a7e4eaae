using Codius.Runtime.Containerd.Cri.Snapshots;

namespace Codius.Runtime.Containerd.Disks;

/// <summary>
/// The directories that overlayfs makes a container's root of: the one that it writes to, and those of its image, the
/// topmost first. There are none where another containerd makes roots in its own way.
/// </summary>
internal sealed record RootLayers(string? Upper, IReadOnlyList<string> Lower)
{
    private const string UpperOption = "upperdir=";
    private const string LowerOption = "lowerdir=";

    private static readonly string[] Places = ["dev", "proc", "sys"];

    public static RootLayers Of(IEnumerable<Mount> mounts)
    {
        var options = mounts.SelectMany(mount => mount.Options).ToList();
        return new RootLayers(
            ValuesOf(UpperOption, options).FirstOrDefault(),
            [.. ValuesOf(LowerOption, options).SelectMany(value => value.Split(':'))]);
    }

    /// <summary>
    /// The first link in the places where runtimes set things up before a container has its own root. Older versions of
    /// runc follow one in the place of /dev, and make and remove files in whatever directory of the machine it names.
    /// </summary>
    public string? FindLink() => Array.Find(Places, IsLink);

    /// <summary>The topmost layer that has something there is the one that counts.</summary>
    private bool IsLink(string place)
    {
        foreach (var layer in Upper is null ? Lower : Lower.Prepend(Upper))
        {
            var path = new FileInfo(Path.Combine(layer, place));
            if (path.LinkTarget is not null)
                return true;
            if (path.Exists || Directory.Exists(path.FullName))
                return false;
        }

        return false;
    }

    private static IEnumerable<string> ValuesOf(string option, IEnumerable<string> options) => options
        .Where(text => text.StartsWith(option, StringComparison.Ordinal)).Select(text => text[option.Length..]);
}
