using System.ComponentModel.DataAnnotations;

namespace Codius.Host.Runtime;

/// <summary>What images are taken and how many are kept. Section <c>Codius:Images</c>.</summary>
public sealed class ImageOptions
{
    /// <summary>Of all parts together, as the registry stores them.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxMiB { get; set; } = 2048;

    /// <summary>Of all files when they are unpacked.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxUnpackedMiB { get; set; } = 8192;

    /// <summary>Files, directories and links in all layers.</summary>
    [Range(1, 100_000_000)]
    public int MaxFiles { get; set; } = 500_000;

    [Range(1, 120)]
    public int MaxLayers { get; set; } = 100;

    /// <summary>
    /// What pulled images may take on the disk together; those that were used longest ago go first, and never one that
    /// is in use.
    /// </summary>
    [Range(1, 1024 * 1024 * 1024)]
    public int CacheMiB { get; set; } = 20 * 1024;
}
