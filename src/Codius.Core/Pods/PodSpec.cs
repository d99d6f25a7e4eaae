using Codius.Core.Manifests;

namespace Codius.Core.Pods;

/// <summary>What a runtime is asked to run: manifest and private values already resolved.</summary>
public sealed record PodSpec(
    PodId Id,
    ManifestHash Manifest,
    ResourceLimits Limits,
    IReadOnlyList<ContainerSpec> Containers);

/// <summary>
/// One container. <paramref name="Command"/> replaces the image's CMD and leaves its ENTRYPOINT, as hyperd did.
/// </summary>
public sealed record ContainerSpec(
    string Name,
    ImageReference Image,
    IReadOnlyList<string>? Command,
    string? WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment);
