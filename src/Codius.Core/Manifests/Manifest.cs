using System.Diagnostics.CodeAnalysis;

namespace Codius.Core.Manifests;

/// <summary>What an uploader wants to be run. Checked: every variable that a container uses is defined.</summary>
public sealed partial record Manifest
{
    /// <summary>
    /// The longest canonical JSON in bytes. Every container gets it as one environment string, for which Linux allows
    /// 128 KiB.
    /// </summary>
    public const int MaxCanonicalBytes = 120 * 1024;

    public const string DefaultMachine = "small";

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Machine { get; init; }

    /// <summary>Where the pod listens for HTTP; null for one that does not.</summary>
    public required ushort? Port { get; init; }

    /// <summary>Whether the uploader has made the logs public.</summary>
    public required bool Debug { get; init; }

    public required IReadOnlyList<ManifestContainer> Containers { get; init; }

    public required IReadOnlyDictionary<string, ManifestVariable> Variables { get; init; }

    /// <summary>The text that <see cref="Hash"/> is the hash of.</summary>
    public required string CanonicalJson { get; init; }

    public required ManifestHash Hash { get; init; }

    private static IReadOnlyDictionary<string, PrivateValue> NoPrivateValues { get; } =
        new Dictionary<string, PrivateValue>();

    /// <summary>Reads a manifest without private values: one that a store or a host gave back.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        ManifestRules rules,
        [NotNullWhen(true)] out Manifest? manifest,
        [NotNullWhen(false)] out ManifestErrors? errors)
    {
        manifest = null;
        var problems = new ErrorCollector();
        if (!ParsedJson.TryRead(utf8, out var document, out var problem))
            problems.Add("manifest", problem);
        else if (ManifestSchema.ReadManifest(document, rules, problems) is { } read)
            return ManifestChecks.TryFinish(read, NoPrivateValues, rules, out manifest, out _, out errors);
        errors = problems.ToErrors(FailureKind.InvalidRequest);
        return false;
    }
}

/// <summary>One container as its uploader describes it.</summary>
public sealed record ManifestContainer(
    string Id,
    string Image,
    IReadOnlyList<string>? Command,
    string? WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment);

/// <summary>A public value, or the hexadecimal SHA-256 of a private one and its nonce.</summary>
public sealed record ManifestVariable(string Value, bool IsPrivate);
