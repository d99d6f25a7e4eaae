using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Images;

/// <summary>A manifest as its registry gave it.</summary>
internal sealed record ManifestText(string Digest, string MediaType, byte[] Content);

/// <summary>
/// What an image is made of. The manifest for this machine is the last of the manifests on the way to it.
/// </summary>
internal sealed class ResolvedImage(ImageReference image)
{
    public ImageReference Image => image;

    /// <summary>The one that the image is named by first.</summary>
    public List<ManifestText> Manifests { get; } = [];

    public ImageManifest Manifest { get; set; } = null!;

    /// <summary>What the registry's token service gave, for what else is asked for.</summary>
    public string? Token { get; set; }

    /// <summary>Configuration and layers, each once.</summary>
    public IEnumerable<ImageBlob> Blobs => Manifest.Layers.Prepend(Manifest.Configuration!).DistinctBy(b => b.Digest);

    /// <summary>Why its description cannot be that of an image that this host takes; null when it can.</summary>
    public string? Problem(ImageLimits limits)
    {
        const long MaxConfiguration = 4 * 1024 * 1024;
        if (Manifest.Layers.Count > limits.Layers)
            return $"it has {Manifest.Layers.Count} layers, this host takes up to {limits.Layers}";
        if (Manifest.Configuration!.Size > MaxConfiguration)
            return $"its configuration is longer than {MaxConfiguration} bytes";
        if (Blobs.FirstOrDefault(blob => !IsDigest(blob.Digest)) is not null)
            return "its manifest names a part by no digest";
        return Manifest.Layers.FirstOrDefault(layer => layer.MediaType.Contains("foreign", StringComparison.Ordinal)
            || layer.MediaType.Contains("nondistributable", StringComparison.Ordinal)) is not null
            ? "a part of it is not in its registry"
            : null;
    }

    private static bool IsDigest(string text) =>
        text.Length == 71 && text.StartsWith("sha256:", StringComparison.Ordinal)
        && !text.AsSpan(7).ContainsAnyExcept("0123456789abcdef");
}
