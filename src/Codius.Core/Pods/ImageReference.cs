using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Codius.Core.Pods;

/// <summary>
/// A container image by registry, repository and digest or tag, in the full form that registries understand:
/// <c>nginx@sha256:…</c> is <c>docker.io/library/nginx@sha256:…</c>.
/// </summary>
public sealed partial record ImageReference
{
    private ImageReference(string registry, string repository, string? tag, string? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    public string Registry { get; }

    public string Repository { get; }

    public string? Tag { get; }

    /// <summary><c>sha256:</c> and 64 hexadecimal digits, or null for an image named by its tag alone.</summary>
    public string? Digest { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? image)
    {
        image = null;
        if (text is null || text.Length > 512 || Pattern().Match(text) is not { Success: true } match)
            return false;
        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        var hasRegistry = first.Contains('.') || first.Contains(':') || first == "localhost";
        var registry = hasRegistry ? first : "docker.io";
        var repository = hasRegistry ? name[(slash + 1)..] : name;
        if (registry == "docker.io" && !repository.Contains('/'))
            repository = "library/" + repository;
        image = new ImageReference(
            registry, repository, Optional(match.Groups["tag"]), Optional(match.Groups["digest"]));
        return true;
    }

    public override string ToString() =>
        $"{Registry}/{Repository}{(Digest is not null ? "@" + Digest : ":" + (Tag ?? "latest"))}";

    private static string? Optional(Group group) => group.Success ? group.Value : null;

    [GeneratedRegex(
        """\A(?<name>(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?\z""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
