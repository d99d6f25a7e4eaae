using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// What an image is made of, or for which platforms there is one:
/// https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md.
/// </summary>
internal sealed class ImageManifest
{
    private readonly Dictionary<string, string> _digests = [];

    private ImageManifest()
    {
    }

    public bool IsIndex { get; private init; }

    /// <summary>Bytes of configuration and layers.</summary>
    public long Size { get; private init; }

    /// <summary>
    /// The digest of the manifest for Linux on an architecture; null if there is none or this is no index.
    /// </summary>
    public string? Choose(string architecture) => _digests.GetValueOrDefault(architecture);

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out ImageManifest? manifest)
    {
        manifest = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            manifest = root.TryGetProperty("manifests", out var manifests) ? ReadIndex(manifests)
                : root.TryGetProperty("layers", out var layers) ? ReadLayers(root, layers)
                : null;
            return manifest is not null;
        }
        catch (Exception malformed) when (malformed
            is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static ImageManifest ReadLayers(JsonElement root, JsonElement layers)
    {
        var size = root.GetProperty("config").GetProperty("size").GetInt64();
        foreach (var layer in layers.EnumerateArray())
        {
            var length = layer.GetProperty("size").GetInt64();
            size = length >= 0 ? checked(size + length) : throw new FormatException();
        }

        return new ImageManifest { Size = size };
    }

    private static ImageManifest ReadIndex(JsonElement manifests)
    {
        var index = new ImageManifest { IsIndex = true };
        foreach (var entry in manifests.EnumerateArray())
        {
            if (entry.TryGetProperty("platform", out var platform) && platform.GetProperty("os").GetString() == "linux"
                && platform.GetProperty("architecture").GetString() is { } architecture
                && entry.GetProperty("digest").GetString() is { } digest)
                index._digests.TryAdd(architecture, digest);
        }

        return index;
    }
}
