using System.Diagnostics.CodeAnalysis;
using Codius.Core.Manifests;

namespace Codius.Core.Pods;

/// <summary>
/// Which manifests and images a host takes. What is denied is refused whatever is allowed; where anything is allowed,
/// the rest is refused.
/// </summary>
public sealed class AdmissionRules(IReadOnlyList<AdmissionEntry> allowed, IReadOnlyList<AdmissionEntry> denied)
{
    /// <summary>Why a manifest is refused, in words for whoever sent it; null when it is not.</summary>
    public Failure? Refuse(Manifest manifest)
    {
        if (denied.Any(entry => entry.Matches(manifest.Hash)))
            return Refusal($"the operator of this host refuses the manifest {manifest.Hash}");
        var images = manifest.Images.ToList();
        if (images.FirstOrDefault(image => denied.Any(entry => entry.Matches(image))) is { } bad)
            return Refusal($"the operator of this host refuses the image {bad}");
        if (allowed.Count == 0 || allowed.Any(entry => entry.Matches(manifest.Hash)))
            return null;
        return images.FirstOrDefault(image => !allowed.Any(entry => entry.Matches(image))) is { } other
            ? Refusal($"the image {other} is not among those that the operator of this host allows")
            : null;
    }

    private static Failure Refusal(string message) => new(FailureKind.Forbidden, message, Blame.Caller);
}

/// <summary>
/// One line of a list: the hash of a manifest, the digest of an image (<c>sha256:…</c>), or the name of an image in
/// short or in full, with <c>*</c> at its end for all that begin so: <c>nginx</c>, <c>docker.io/library/*</c>,
/// <c>ghcr.io/someone/app@sha256:…</c>.
/// </summary>
public sealed class AdmissionEntry
{
    private readonly string? _manifest;
    private readonly string? _digest;
    private readonly string? _name;
    private readonly string? _prefix;

    private AdmissionEntry(
        string? manifest = null, string? digest = null, string? name = null, string? prefix = null) =>
        (_manifest, _digest, _name, _prefix) = (manifest, digest, name, prefix);

    public static bool TryParse(string? text, [NotNullWhen(true)] out AdmissionEntry? entry)
    {
        entry = null;
        const int LongestPrefix = 512;
        if (string.IsNullOrEmpty(text))
            return false;
        if (text.EndsWith('*'))
        {
            var prefix = text[..^1];
            if (prefix.Length <= LongestPrefix && !prefix.AsSpan().ContainsAny(" *@\t\r\n"))
                entry = new AdmissionEntry(prefix: prefix);
        }
        else if (ManifestHash.TryParse(text, out var hash))
            entry = new AdmissionEntry(manifest: hash.Value);
        else if (ImageReference.TryParse("any@" + text, out var any) && any.Digest == text)
            entry = new AdmissionEntry(digest: text);
        else if (ImageReference.TryParse(text, out var image))
            entry = new AdmissionEntry(
                name: $"{image.Registry}/{image.Repository}", digest: image.Digest ?? TagOf(image));
        return entry is not null;
    }

    public bool Matches(ManifestHash manifest) => _manifest == manifest.Value;

    public bool Matches(ImageReference image)
    {
        var name = $"{image.Registry}/{image.Repository}";
        if (_prefix is not null)
            return name.StartsWith(_prefix, StringComparison.Ordinal);
        return (_name is not null || _digest is not null)
            && (_name is null || _name == name)
            && (_digest is null || _digest == image.Digest || (image.Digest is null && _digest == TagOf(image)));
    }

    private static string? TagOf(ImageReference image) => image.Tag is null ? null : ":" + image.Tag;
}
