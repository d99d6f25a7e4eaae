using Codius.Core.Pods;

namespace Codius.Core.Manifests;

public sealed partial record Manifest
{
    /// <summary>The images of all containers, each once.</summary>
    public IEnumerable<ImageReference> Images => Containers.Select(ImageOf).Distinct();

    /// <summary>
    /// What a runtime is to run: <c>$NAME</c> replaced by its value, and the environment that every container of a host
    /// gets. <paramref name="publicUri"/> is the host's own, as its users write it.
    /// </summary>
    public IReadOnlyList<ContainerSpec> ToContainers(VariableValues values, string publicUri) =>
        [.. Containers.Select(container => ToContainer(container, values, publicUri))];

    private ContainerSpec ToContainer(ManifestContainer container, VariableValues values, string publicUri)
    {
        var environment = new Dictionary<string, string>
        {
            ["CODIUS"] = "true",
            ["CODIUS_HOST"] = publicUri,
            ["CODIUS_MANIFEST_HASH"] = Hash.Value,
            ["CODIUS_MANIFEST"] = CanonicalJson,
        };
        foreach (var (name, value) in container.Environment)
            environment[name] = value.StartsWith('$') ? values[value[1..]] : value;
        return new ContainerSpec(
            container.Id, ImageOf(container), container.Command, ToAbsolute(container.WorkingDirectory), environment);
    }

    private static ImageReference ImageOf(ManifestContainer container) =>
        ImageReference.TryParse(container.Image, out var image)
            ? image
            : throw new InvalidOperationException($"{container.Image} was accepted as the name of an image.");

    // The original's engine took a relative directory as one below the root.
    private static string? ToAbsolute(string? directory) =>
        string.IsNullOrEmpty(directory) ? null : directory[0] == '/' ? directory : "/" + directory;
}
