using System.Globalization;
using Codius.Core.Pods;

namespace Codius.Core.Manifests;

/// <summary>
/// The form of manifests: all objects are closed and nothing is coerced, so that a misspelt field is an error and not
/// a surprise. Reads on after an error, to report as many as there are.
/// </summary>
internal static class ManifestSchema
{
    public static (ManifestParts Manifest, IReadOnlyDictionary<string, PrivateValue> Private)? ReadRequest(
        ParsedJson document,
        ManifestRules rules,
        ErrorCollector errors)
    {
        if (Object(document, "body", errors) is not { } body)
            return null;
        RefuseOthers(body, "", ["manifest", "private"], errors);
        var manifest = Required(body, "", "manifest", errors) is { } m ? ReadManifest(m, rules, errors) : null;
        var privateValues = body.GetValueOrDefault("private") is { } p ? ReadPrivate(p, errors) : [];
        return manifest is null || errors.Any ? null : (manifest, privateValues);
    }

    public static ManifestParts? ReadManifest(ParsedJson document, ManifestRules rules, ErrorCollector errors)
    {
        const string Path = "manifest";
        if (Object(document, Path, errors) is not { } members)
            return null;
        string[] known = ["name", "version", "machine", "port", "debug", "containers", "vars"];
        RefuseOthers(members, Path, known, errors);
        var parts = new ManifestParts(
            document,
            RequiredText(members, Path, "name", errors),
            RequiredText(members, Path, "version", errors),
            ReadMachine(members, rules, errors),
            ReadPort(members, errors),
            ReadDebug(members, errors),
            Required(members, Path, "containers", errors) is { } c ? ReadContainers(c, errors) : [],
            members.GetValueOrDefault("vars") is { } v ? ReadVariables(v, errors) : []);
        return errors.Any ? null : parts;
    }

    private static string ReadMachine(
        IReadOnlyDictionary<string, ParsedJson> manifest, ManifestRules rules, ErrorCollector errors)
    {
        if (OptionalText(manifest, "manifest", "machine", errors) is not { } machine)
            return Manifest.DefaultMachine;
        if (rules.Machines is { } known && !known.Contains(machine))
            errors.Add("manifest.machine", $"must be one of: {string.Join(", ", known.Order())}");
        else if (!MachineClass.IsName(machine))
            errors.Add("manifest.machine", "must be 1 to 32 of a-z, 0-9 and '-'");
        return machine;
    }

    private static ushort? ReadPort(IReadOnlyDictionary<string, ParsedJson> manifest, ErrorCollector errors)
    {
        const string Expected = "must be a string of digits from \"1\" to \"65535\"";
        switch (manifest.GetValueOrDefault("port"))
        {
            case null:
                return null;
            case ParsedJson.Text { Value: [>= '1' and <= '9', ..] text }
                when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                return port;
            default:
                errors.Add("manifest.port", Expected);
                return null;
        }
    }

    private static bool ReadDebug(IReadOnlyDictionary<string, ParsedJson> manifest, ErrorCollector errors)
    {
        switch (manifest.GetValueOrDefault("debug"))
        {
            case null:
                return false;
            case ParsedJson.Boolean debug:
                return debug.Value;
            default:
                errors.Add("manifest.debug", "must be true or false");
                return false;
        }
    }

    private static List<ManifestContainer> ReadContainers(ParsedJson value, ErrorCollector errors)
    {
        const string Path = "manifest.containers";
        var containers = new List<ManifestContainer>();
        if (value is not ParsedJson.Array { Items: var items })
            errors.Add(Path, "must be an array");
        else if (items.Count == 0)
            errors.Add(Path, "must have at least one container");
        else
        {
            foreach (var (index, item) in items.Index())
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]");
                if (Object(item, path, errors) is { } container)
                    containers.Add(ReadContainer(container, path, errors));
            }
        }

        return containers;
    }

    private static ManifestContainer ReadContainer(
        IReadOnlyDictionary<string, ParsedJson> container, string path, ErrorCollector errors)
    {
        RefuseOthers(container, path, ["id", "image", "command", "workdir", "environment"], errors);
        return new ManifestContainer(
            RequiredText(container, path, "id", errors),
            RequiredText(container, path, "image", errors),
            container.GetValueOrDefault("command") is { } c ? ReadTexts(c, path + ".command", errors) : null,
            OptionalText(container, path, "workdir", errors),
            container.GetValueOrDefault("environment") is { } e
                ? ReadEnvironment(e, path + ".environment", errors)
                : []);
    }

    private static List<string> ReadTexts(ParsedJson value, string path, ErrorCollector errors)
    {
        var texts = new List<string>();
        if (value is not ParsedJson.Array { Items: var items })
            errors.Add(path, "must be an array of strings");
        else
        {
            foreach (var (index, item) in items.Index())
            {
                if (item is ParsedJson.Text text)
                    texts.Add(text.Value);
                else
                    errors.Add(string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), "must be a string");
            }
        }

        return texts;
    }

    private static Dictionary<string, string> ReadEnvironment(ParsedJson value, string path, ErrorCollector errors)
    {
        var environment = new Dictionary<string, string>();
        foreach (var (name, item) in Object(value, path, errors) ?? NoMembers)
        {
            if (item is ParsedJson.Text text)
                environment[name] = text.Value;
            else
                errors.Add(ErrorCollector.Member(path, name), "must be a string");
        }

        return environment;
    }

    private static Dictionary<string, ManifestVariable> ReadVariables(ParsedJson value, ErrorCollector errors)
    {
        const string Path = "manifest.vars";
        var variables = new Dictionary<string, ManifestVariable>();
        foreach (var (name, item) in Object(value, Path, errors) ?? NoMembers)
        {
            var path = ErrorCollector.Member(Path, name);
            if (Object(item, path, errors) is not { } variable)
                continue;
            RefuseOthers(variable, path, ["value", "encoding"], errors);
            var encoding = OptionalText(variable, path, "encoding", errors);
            if (encoding is not null and not "private:sha256")
                errors.Add(path + ".encoding", "must be \"private:sha256\"");
            variables[name] = new ManifestVariable(RequiredText(variable, path, "value", errors), encoding is not null);
        }

        return variables;
    }

    private static Dictionary<string, PrivateValue> ReadPrivate(ParsedJson value, ErrorCollector errors)
    {
        var values = new Dictionary<string, PrivateValue>();
        if (Object(value, "private", errors) is not { } members)
            return values;
        RefuseOthers(members, "private", ["vars"], errors);
        if (members.GetValueOrDefault("vars") is not { } vars)
            return values;
        foreach (var (name, item) in Object(vars, "private.vars", errors) ?? NoMembers)
        {
            var path = ErrorCollector.Member("private.vars", name);
            if (Object(item, path, errors) is not { } variable)
                continue;
            RefuseOthers(variable, path, ["nonce", "value"], errors);
            values[name] = new PrivateValue(
                RequiredText(variable, path, "nonce", errors), RequiredText(variable, path, "value", errors));
        }

        return values;
    }

    private static IReadOnlyDictionary<string, ParsedJson> NoMembers { get; } = new Dictionary<string, ParsedJson>();

    private static IReadOnlyDictionary<string, ParsedJson>? Object(ParsedJson value, string path, ErrorCollector errors)
    {
        if (value is ParsedJson.Object { Members: var members })
            return members;
        errors.Add(path, "must be an object");
        return null;
    }

    private static void RefuseOthers(
        IReadOnlyDictionary<string, ParsedJson> members, string path, ReadOnlySpan<string> known, ErrorCollector errors)
    {
        foreach (var name in members.Keys)
        {
            if (!known.Contains(name))
                errors.Add(ErrorCollector.Member(path, name), "is not a known field");
        }
    }

    private static ParsedJson? Required(
        IReadOnlyDictionary<string, ParsedJson> members, string path, string name, ErrorCollector errors)
    {
        var value = members.GetValueOrDefault(name);
        if (value is null)
            errors.Add(ErrorCollector.Member(path, name), "is required");
        return value;
    }

    private static string RequiredText(
        IReadOnlyDictionary<string, ParsedJson> members, string path, string name, ErrorCollector errors)
    {
        if (Required(members, path, name, errors) is null)
            return "";
        return OptionalText(members, path, name, errors) ?? "";
    }

    private static string? OptionalText(
        IReadOnlyDictionary<string, ParsedJson> members, string path, string name, ErrorCollector errors)
    {
        switch (members.GetValueOrDefault(name))
        {
            case null:
                return null;
            case ParsedJson.Text text:
                return text.Value;
            default:
                errors.Add(ErrorCollector.Member(path, name), "must be a string");
                return null;
        }
    }
}

/// <summary>A manifest of the right form, of which nothing else is known yet.</summary>
internal sealed record ManifestParts(
    ParsedJson Document,
    string Name,
    string Version,
    string Machine,
    ushort? Port,
    bool Debug,
    IReadOnlyList<ManifestContainer> Containers,
    IReadOnlyDictionary<string, ManifestVariable> Variables);
