using Codius.Core.Manifests;
using Codius.Host.Secrets;

namespace Codius.Host.Pods;

/// <summary>
/// Keeps an upload so that its pod can be started again: the manifest in clear, the private values encrypted.
/// </summary>
public sealed class PodSeal(HostKey key)
{
    private const string Label = "private values";

    /// <summary>Null when there is nothing private.</summary>
    public byte[]? Seal(ManifestRequest request) =>
        request.Private.Count == 0 ? null : key.Seal(Label, request.ToBody());

    /// <summary>The upload again, as it was.</summary>
    public ManifestRequest Open(string manifestJson, byte[]? sealedPrivate)
    {
        var body = sealedPrivate is null
            ? System.Text.Encoding.UTF8.GetBytes("{\"manifest\":" + manifestJson + "}")
            : key.Open(Label, sealedPrivate);
        // Tags were allowed or not when it was uploaded, and its machine was sold; what was sold is honoured.
        var rules = ManifestRules.Upload with { AllowTags = true, Machines = null };
        return ManifestRequest.TryRead(body, rules, out var request, out var errors)
            ? request
            : throw new InvalidDataException($"A stored manifest cannot be read: {errors}");
    }
}
