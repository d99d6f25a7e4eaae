using System.Formats.Tar;
using System.Text.Json;

namespace Codius.Runtime.Containerd.Images;

/// <summary>
/// Reads image layouts in tar files: https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
/// </summary>
internal static class OciArchive
{
    private const long MaxIndexLength = 1024 * 1024;

    /// <summary>The digest of the archive's first manifest; null if it has none.</summary>
    public static async Task<string?> ReadDigestAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await using var tar = new TarReader(file);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry is { Name: "index.json" or "./index.json", DataStream: { } data, Length: < MaxIndexLength })
                    return await ReadIndexAsync(data, cancellationToken);
            }

            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or JsonException)
        {
            return null;
        }
    }

    private static async Task<string?> ReadIndexAsync(Stream index, CancellationToken cancellationToken)
    {
        using var document = await JsonDocument.ParseAsync(index, cancellationToken: cancellationToken);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("manifests", out var manifests)
            && manifests.ValueKind == JsonValueKind.Array && manifests.GetArrayLength() > 0
            && manifests[0].TryGetProperty("digest", out var digest)
            ? digest.GetString()
            : null;
    }
}
