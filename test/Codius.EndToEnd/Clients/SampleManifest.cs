using System.Text.Json.Nodes;

namespace Codius.EndToEnd.Clients;

/// <summary>Manifests of one container, with a name of its own so that each has a hash of its own.</summary>
internal sealed record SampleManifest(string Image)
{
    public string Name { get; init; } = "sample-" + Guid.NewGuid().ToString("n");

    public string? Port { get; init; } = "8080";

    public string[]? Command { get; init; }

    /// <summary>Values, or names of variables after a dollar sign.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public bool Debug { get; init; }

    /// <summary>A server that shows, among its environment, when it was started.</summary>
    public static SampleManifest WithBirth(string image) => new(image)
    {
        Command = ["sh", "-c", "read -r BORN rest < /proc/uptime; export BORN; exec /bin/hello"],
    };

    /// <summary>The manifest.</summary>
    public JsonObject ToJson()
    {
        var container = new JsonObject { ["id"] = "app", ["image"] = Image };
        if (Command is not null)
            container["command"] = new JsonArray([.. Command.Select(word => JsonValue.Create(word))]);
        if (Environment.Count > 0)
        {
            var variables = Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value));
            container["environment"] = new JsonObject(variables);
        }

        var manifest = new JsonObject
        {
            ["name"] = Name,
            ["version"] = "1.0.0",
            ["machine"] = "small",
            ["containers"] = new JsonArray(container),
        };
        if (Port is not null)
            manifest["port"] = Port;
        if (Debug)
            manifest["debug"] = true;
        return manifest;
    }

    /// <summary>The body of a request that uploads it.</summary>
    public string ToBody() => new JsonObject { ["manifest"] = ToJson() }.ToJsonString();
}
