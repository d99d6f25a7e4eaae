using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.Client.Registries;
using Codius.Core;
using Codius.Core.Manifests;

namespace Codius.Client.Projects;

/// <summary>
/// Makes what is uploaded from an author's two files: <c>codius.json</c>, the manifest, and <c>codiusvars.json</c>,
/// the values of its variables. As codius-manifest 2.2.3 does, with a new nonce for each private value, so that each
/// upload of a manifest with private values has a hash of its own.
/// </summary>
public sealed class ProjectReader(RegistryClient registry)
{
    private const int MaxFileBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions FileOptions = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = 32,
    };

    /// <summary>
    /// Reads both files; <paramref name="variablesFile"/> may be null for a manifest without variables.
    /// <paramref name="debug"/> makes the pod's logs public. Failures name the file.
    /// </summary>
    public async Task<Outcome<ManifestRequest>> ReadAsync(
        string manifestFile, string? variablesFile, bool debug, CancellationToken cancellationToken)
    {
        if (!(await ReadObjectAsync(manifestFile, cancellationToken)).Succeeded(out var body, out var failure))
            return failure;
        if (body["manifest"] is not JsonObject manifest)
            return Failure.InvalidManifest($"{manifestFile}: manifest: must be an object");
        if (variablesFile is not null)
        {
            if (!(await ReadObjectAsync(variablesFile, cancellationToken)).Succeeded(out var variables, out failure))
                return failure;
            if (ProjectVariables.AddTo(body, manifest, variables) is { } problem)
                return Failure.InvalidManifest($"{variablesFile}: {problem}");
        }

        ProjectVariables.RemoveDescriptions(manifest);
        RemoveEmptyEnvironments(manifest);
        if (debug)
            manifest["debug"] = true;
        if (Check(body, manifestFile, tags: true).Failure is { } invalid)
            return invalid;
        if (await ResolveImagesAsync(manifest, cancellationToken) is { } unresolved)
            return unresolved;
        return Check(body, manifestFile, tags: false);
    }

    private async Task<Failure?> ResolveImagesAsync(JsonObject manifest, CancellationToken cancellationToken)
    {
        foreach (var container in manifest["containers"]!.AsArray())
        {
            var name = container!["image"]!.GetValue<string>();
            if (!(await registry.ResolveAsync(name, cancellationToken)).Succeeded(out var resolved, out var failure))
                return failure;
            container["image"] = resolved;
        }

        return null;
    }

    private static Outcome<ManifestRequest> Check(JsonObject body, string manifestFile, bool tags)
    {
        var utf8 = Encoding.UTF8.GetBytes(body.ToJsonString());
        var rules = ManifestRules.Author with { AllowTags = tags };
        return ManifestRequest.TryRead(utf8, rules, out var request, out var errors)
            ? request
            : Failure.InvalidManifest($"{manifestFile}: {errors}");
    }

    private static void RemoveEmptyEnvironments(JsonObject manifest)
    {
        foreach (var container in (manifest["containers"] as JsonArray)?.OfType<JsonObject>() ?? [])
        {
            if (container["environment"] is JsonObject { Count: 0 })
                container.Remove("environment");
        }
    }

    private static async Task<Outcome<JsonObject>> ReadObjectAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxFileBytes })
                return Failure.InvalidManifest($"{file} is larger than {MaxFileBytes} bytes");
            var utf8 = await File.ReadAllBytesAsync(file, cancellationToken);
            return JsonNode.Parse(utf8, documentOptions: FileOptions) is JsonObject json
                ? json
                : Failure.InvalidManifest($"{file} must be a JSON object");
        }
        catch (JsonException e)
        {
            return Failure.InvalidManifest($"{file} is not JSON: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failure.InvalidManifest(e is FileNotFoundException ? $"there is no file {file}" : e.Message);
        }
    }
}
