using System.Diagnostics.CodeAnalysis;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>
/// What hyperd calls a pod: the manifest, as the original host named it, and which attempt to run it this is. So all of
/// a pod is found again by any later life of the host, and pods of others are left alone.
/// </summary>
internal readonly record struct HyperdId(ManifestHash Manifest, PodId Pod)
{
    private const int PodLength = 16;

    public static bool TryParse(string? text, out HyperdId id)
    {
        id = default;
        if (text is not { Length: ManifestHash.Length + 1 + PodLength } || text[ManifestHash.Length] != '-'
            || !ManifestHash.TryParse(text[..ManifestHash.Length], out var manifest)
            || !text.AsSpan(ManifestHash.Length + 1).ContainsOnlyHex())
            return false;
        id = new HyperdId(manifest, new PodId(text[(ManifestHash.Length + 1)..]));
        return true;
    }

    /// <summary>The name of a container, which hyperd wants to be the only one of all pods.</summary>
    public string NameOf(string container) => $"{this}__{container}";

    /// <summary>What the manifest calls a container of this name.</summary>
    public bool TryReadName(string? name, [NotNullWhen(true)] out string? container)
    {
        var prefix = NameOf("");
        // hyperd passes names on as Docker has them, with a slash.
        var text = name?.TrimStart('/');
        container = text is not null && text.StartsWith(prefix, StringComparison.Ordinal)
            ? text[prefix.Length..]
            : null;
        return container is not null;
    }

    public override string ToString() => $"{Manifest}-{Pod}";
}

file static class Hex
{
    public static bool ContainsOnlyHex(this ReadOnlySpan<char> text) => !text.ContainsAnyExcept("0123456789abcdef");
}
