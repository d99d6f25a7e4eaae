using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.Testing.Processes;

namespace Codius.EndToEnd.Clients;

/// <summary>An author's folder: codius.json and codiusvars.json, and the home of who works there.</summary>
internal sealed class Project : IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public Project(JsonObject manifest, JsonObject? variables = null)
    {
        Write("codius.json", new JsonObject { ["manifest"] = manifest });
        Write("codiusvars.json", new JsonObject
        {
            ["vars"] = variables ?? new JsonObject { ["public"] = new JsonObject(), ["private"] = new JsonObject() },
        });
    }

    public string Directory => _files.Path;

    public string this[string file] => _files[file];

    public JsonElement ReadJson(string file) => JsonElement.Parse(File.ReadAllText(_files[file]));

    public void Dispose() => _files.Dispose();

    private void Write(string file, JsonObject content) => File.WriteAllText(_files[file], content.ToJsonString());
}
