namespace Codius.Core.Manifests;

/// <summary>What a reader of manifests insists on besides their form.</summary>
public sealed record ManifestRules
{
    /// <summary>To run a pod: every private value is there.</summary>
    public static ManifestRules Upload { get; } = new() { RequirePrivateValues = true };

    /// <summary>To name a price: private values may be missing; those that are there are checked.</summary>
    public static ManifestRules Quote { get; } = new();

    /// <summary>What an uploader's own tool checks: that nothing stands there to no purpose.</summary>
    public static ManifestRules Author { get; } = new()
    {
        RequirePrivateValues = true,
        RefuseUnused = true,
        Machines = null,
    };

    public bool RequirePrivateValues { get; init; }

    /// <summary>Accept images by tag, whose content the manifest's hash says nothing about.</summary>
    public bool AllowTags { get; init; }

    /// <summary>Refuse variables that no container uses, and private values that no variable stands for.</summary>
    public bool RefuseUnused { get; init; }

    public int MaxContainers { get; init; } = 32;

    /// <summary>The machine classes that there are; any when null, since each host has its own.</summary>
    public IReadOnlySet<string>? Machines { get; init; } = new HashSet<string> { Manifest.DefaultMachine };
}
