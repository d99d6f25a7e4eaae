using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Codius.Core.Pods;

namespace Codius.Core.Manifests;

/// <summary>Whether a manifest of the right form means something that can be run.</summary>
internal sealed partial class ManifestChecks(
    ManifestParts manifest, IReadOnlyDictionary<string, PrivateValue> privateValues, ManifestRules rules)
{
    // Linux refuses to execute a program with an environment string of 128 KiB (MAX_ARG_STRLEN).
    private const int MaxEnvironmentEntryBytes = (128 * 1024) - 1;

    // Many names may stand for one long value, so that a small request could become an endless environment.
    private const int MaxEnvironmentBytes = 1024 * 1024;

    private readonly ErrorCollector _errors = new();
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _used = [];
    private long _environmentBytes;

    public static bool TryFinish(
        ManifestParts parts,
        IReadOnlyDictionary<string, PrivateValue> privateValues,
        ManifestRules rules,
        [NotNullWhen(true)] out Manifest? manifest,
        [NotNullWhen(true)] out VariableValues? values,
        [NotNullWhen(false)] out ManifestErrors? errors)
    {
        var canonical = CanonicalJson.Write(parts.Document);
        var utf8 = Encoding.UTF8.GetBytes(canonical);
        var checks = new ManifestChecks(parts, privateValues, rules);
        checks.Run(utf8.Length);
        (manifest, values) = (null, null);
        errors = checks._errors.Any ? checks._errors.ToErrors(FailureKind.InvalidManifest) : null;
        if (errors is not null)
            return false;
        values = new VariableValues(checks._values);
        manifest = new Manifest
        {
            Name = parts.Name,
            Version = parts.Version,
            Machine = parts.Machine,
            Port = parts.Port,
            Debug = parts.Debug,
            Containers = parts.Containers,
            Variables = parts.Variables,
            CanonicalJson = canonical,
            Hash = ManifestHash.OfCanonicalJson(utf8),
        };
        return true;
    }

    private void Run(int canonicalBytes)
    {
        if (canonicalBytes > Manifest.MaxCanonicalBytes)
            _errors.Add("manifest", $"is {canonicalBytes} bytes long, the limit is {Manifest.MaxCanonicalBytes}");
        if (manifest.Containers.Count > rules.MaxContainers)
            _errors.Add("manifest.containers", $"has more than {rules.MaxContainers} containers");
        if (_errors.Any)
            return;
        var ids = new HashSet<string>();
        foreach (var (index, container) in manifest.Containers.Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"manifest.containers[{index}]");
            CheckContainer(container, path);
            if (!ids.Add(container.Id))
                _errors.Add(path + ".id", "is the id of another container too");
        }

        if (_environmentBytes > MaxEnvironmentBytes)
            _errors.Add("manifest.containers", $"have environments of more than {MaxEnvironmentBytes} bytes together");
        if (rules.RefuseUnused)
            CheckUnused();
    }

    private void CheckContainer(ManifestContainer container, string path)
    {
        if (!ContainerId().IsMatch(container.Id))
        {
            _errors.Add(
                path + ".id", "must be 1 to 64 letters, digits, '_', '-' or '.', and not begin with '-' or '.'");
        }

        if (!ImageReference.TryParse(container.Image, out var image))
            _errors.Add(path + ".image", "is not the name of an image");
        else if (image.Digest is null && !rules.AllowTags)
            _errors.Add(path + ".image", "must name its content, as in name@sha256:<64 digits>; a tag can change");
        if (container.Command?.Any(HasNul) == true)
            _errors.Add(path + ".command", "contains a NUL character");
        if (container.WorkingDirectory is { } directory && HasNul(directory))
            _errors.Add(path + ".workdir", "contains a NUL character");
        foreach (var (name, value) in container.Environment)
            CheckEnvironment(ErrorCollector.Member(path + ".environment", name), name, value);
    }

    private void CheckEnvironment(string path, string name, string value)
    {
        if (name.StartsWith("CODIUS", StringComparison.Ordinal))
            _errors.Add(path, "names that begin with CODIUS are reserved");
        if (name.Length == 0 || name.Contains('=') || HasNul(name))
            _errors.Add(path, "a name must not be empty nor contain '=' or a NUL character");
        if (value.StartsWith('$'))
            value = Resolve(path, value[1..]) ?? "";
        if (HasNul(value))
            _errors.Add(path, "the value contains a NUL character");
        var bytes = Encoding.UTF8.GetByteCount(name) + 1 + Encoding.UTF8.GetByteCount(value);
        if (bytes > MaxEnvironmentEntryBytes)
            _errors.Add(path, $"name and value are longer than {MaxEnvironmentEntryBytes} bytes");
        _environmentBytes += bytes;
    }

    private string? Resolve(string path, string name)
    {
        if (!manifest.Variables.TryGetValue(name, out var variable))
        {
            _errors.Add(path, $"the variable {ErrorCollector.Printable(name)} is not defined in manifest.vars");
            return null;
        }

        if (!_used.Add(name))
            return _values.GetValueOrDefault(name);
        if (!variable.IsPrivate)
            return _values[name] = variable.Value;
        var privatePath = ErrorCollector.Member("private.vars", name);
        if (!privateValues.TryGetValue(name, out var secret))
        {
            if (rules.RequirePrivateValues)
                _errors.Add(privatePath, "is missing, and a container uses it");
            return null;
        }

        if (variable.Value != secret.ToPublicHash())
        {
            _errors.Add(privatePath, "does not have the hash that the manifest says");
            return null;
        }

        return _values[name] = secret.Value;
    }

    private void CheckUnused()
    {
        // The original takes an environment name that equals the variable's for a use.
        var names = manifest.Containers.SelectMany(c => c.Environment.Keys).Concat(_used).ToHashSet();
        foreach (var name in manifest.Variables.Keys.Where(name => !names.Contains(name)))
            _errors.Add(ErrorCollector.Member("manifest.vars", name), "is not used by any container");
        foreach (var name in privateValues.Keys.Where(name => !IsPrivate(name)))
            _errors.Add(ErrorCollector.Member("private.vars", name), "is not a private variable of the manifest");
    }

    private bool IsPrivate(string name) => manifest.Variables.TryGetValue(name, out var variable) && variable.IsPrivate;

    private static bool HasNul(string text) => text.Contains('\0');

    // The names that the original's engine could take, and that are safe as a file name.
    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ContainerId();
}
