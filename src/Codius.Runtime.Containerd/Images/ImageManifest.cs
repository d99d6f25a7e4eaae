using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Codius.Runtime.Containerd.Images;

/// <summary>A blob as a manifest describes it. Digest and type are as they stand there, and may be nothing.</summary>
internal sealed record ImageBlob(string Digest, long Size, string MediaType);

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

    /// <summary>Null for an index.</summary>
    public ImageBlob? Configuration { get; private init; }

    public IReadOnlyList<ImageBlob> Layers { get; private init; } = [];

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
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException
            or KeyNotFoundException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static ImageManifest ReadLayers(JsonElement root, JsonElement layers)
    {
        var configuration = ReadBlob(root.GetProperty("config"));
        var blobs = layers.EnumerateArray().Select(ReadBlob).ToList();
        return new ImageManifest
        {
            Size = blobs.Aggregate(configuration.Size, (sum, blob) => checked(sum + blob.Size)),
            Configuration = configuration,
            Layers = blobs,
        };
    }

    private static ImageBlob ReadBlob(JsonElement descriptor)
    {
        var size = descriptor.GetProperty("size").GetInt64();
        return new ImageBlob(
            Text(descriptor, "digest"), size >= 0 ? size : throw new FormatException(), Text(descriptor, "mediaType"));
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

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
