using System.Globalization;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Runtime.Containerd.Pods;

/// <summary>
/// What is written on sandboxes and containers, so that everything of a pod can be found again by any later life of
/// the host, and things of others in a shared containerd are left alone.
/// </summary>
internal sealed class PodLabels(string instance)
{
    private const string Instance = "codius.instance";
    private const string Pod = "codius.pod";
    private const string Manifest = "codius.manifest";
    private const string Index = "codius.index";
    private const string Warm = "codius.warm";

    public IReadOnlyDictionary<string, string> OfAll() => new Dictionary<string, string> { [Instance] = instance };

    public IReadOnlyDictionary<string, string> Of(PodId id) =>
        new Dictionary<string, string> { [Instance] = instance, [Pod] = id.Value };

    public IReadOnlyDictionary<string, string> ForSandbox(PodSpec spec) =>
        new Dictionary<string, string>
        {
            [Instance] = instance,
            [Pod] = spec.Id.Value,
            [Manifest] = spec.Manifest.Value,
        };

    /// <summary>A sandbox that was made before its pod: nothing on it tells whether there is one by now.</summary>
    public IReadOnlyDictionary<string, string> ForWarm(PodId id) =>
        new Dictionary<string, string> { [Instance] = instance, [Pod] = id.Value, [Warm] = "true" };

    public IReadOnlyDictionary<string, string> ForContainer(PodSpec spec, int index) =>
        new Dictionary<string, string>
        {
            [Instance] = instance,
            [Pod] = spec.Id.Value,
            [Manifest] = spec.Manifest.Value,
            [Index] = index.ToString(CultureInfo.InvariantCulture),
        };

    public static PodId IdOf(IDictionary<string, string> labels) => new(labels.TryGetValue(Pod, out var id) ? id : "");

    public static bool IsWarm(IDictionary<string, string> labels) => labels.ContainsKey(Warm);

    public static int IndexOf(IDictionary<string, string> labels) =>
        labels.TryGetValue(Index, out var text) && int.TryParse(text, out var index) ? index : 0;

    public static ManifestHash ManifestOf(IDictionary<string, string> labels) =>
        labels.TryGetValue(Manifest, out var text) && ManifestHash.TryParse(text, out var hash) ? hash : default;
}
