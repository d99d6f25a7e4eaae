using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Codius.Core.Manifests;

namespace Codius.Client.Projects;

/// <summary>
/// <c>{"vars":{"public":{NAME:{"value","description"?}},"private":{NAME:{"value"}}}}</c>: public values go into the
/// manifest, private ones beside it with their hashes in the manifest.
/// </summary>
internal static class ProjectVariables
{
    private const int NonceBytes = 16;

    /// <summary>Returns what is wrong, or null. Never quotes a value.</summary>
    public static string? AddTo(JsonObject body, JsonObject manifest, JsonObject file)
    {
        if (file["vars"] is not JsonObject vars)
            return "vars: must be an object";
        if (manifest["vars"] is not (null or JsonObject))
            return null; // The manifest's own check names this.
        if (UnknownIn(file, "", "vars") is { } extra)
            return extra;
        if (UnknownIn(vars, "vars.", "public", "private") is { } extraGroup)
            return extraGroup;
        return AddPublic(manifest, vars["public"]) ?? AddPrivate(body, manifest, vars["private"]);
    }

    /// <summary>Descriptions are for readers of the files; the original leaves them out of what it hashes.</summary>
    public static void RemoveDescriptions(JsonObject manifest)
    {
        foreach (var (_, variable) in manifest["vars"] as JsonObject ?? [])
            (variable as JsonObject)?.Remove("description");
    }

    private static string? AddPublic(JsonObject manifest, JsonNode? group)
    {
        if (group is null)
            return null;
        if (group is not JsonObject variables)
            return "vars.public: must be an object";
        foreach (var (name, variable) in variables)
        {
            if (variable is not JsonObject || Value(variable) is null)
                return $"vars.public.{name}: must be an object with a string \"value\"";
            VariablesOf(manifest)[name] = variable.DeepClone();
        }

        return null;
    }

    private static string? AddPrivate(JsonObject body, JsonObject manifest, JsonNode? group)
    {
        if (group is null)
            return null;
        if (group is not JsonObject variables)
            return "vars.private: must be an object";
        var secrets = new JsonObject();
        foreach (var (name, variable) in variables)
        {
            if (variable is not JsonObject { Count: 1 } || Value(variable) is not { } value)
                return $"vars.private.{name}: must be an object with a string \"value\" and nothing else";
            var secret = new PrivateValue(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)), value);
            secrets[name] = new JsonObject { ["nonce"] = secret.Nonce, ["value"] = secret.Value };
            VariablesOf(manifest)[name] = new JsonObject
            {
                ["encoding"] = "private:sha256",
                ["value"] = secret.ToPublicHash(),
            };
        }

        if (secrets.Count > 0)
            body["private"] = new JsonObject { ["vars"] = secrets };
        return null;
    }

    private static JsonObject VariablesOf(JsonObject manifest)
    {
        if (manifest["vars"] is not JsonObject variables)
            manifest["vars"] = variables = [];
        return variables;
    }

    private static string? Value(JsonNode variable) =>
        variable["value"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string? UnknownIn(JsonObject json, string path, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in json)
        {
            if (!known.Contains(name))
                return $"{path}{name}: is not a known field";
        }

        return null;
    }
}
