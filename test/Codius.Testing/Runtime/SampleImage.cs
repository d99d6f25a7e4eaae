using System.Text.Json;
using Codius.Core.Pods;
using Codius.Testing.Processes;

namespace Codius.Testing.Runtime;

/// <summary>An image made from the machine's busybox by samples/hello/build-image.sh, as an OCI archive.</summary>
public sealed record SampleImage(string Archive, string Name, string Digest)
{
    /// <summary>What a manifest calls it once it was imported under its name.</summary>
    public ImageReference Reference =>
        ImageReference.TryParse($"{Name}@{Digest}", out var image) ? image : throw new InvalidOperationException(Name);

    /// <summary>
    /// Builds the image into a directory. Without arguments of its own it is the web server on port 8080;
    /// <paramref name="files"/> is a directory of what else is in it.
    /// </summary>
    public static async Task<SampleImage> BuildAsync(
        string directory,
        string name = "codius.local/hello",
        string[]? entrypoint = null,
        string[]? command = null,
        string? files = null)
    {
        Directory.CreateDirectory(directory);
        var archive = Path.Combine(directory, Path.GetFileName(name) + ".tar");
        string[] commands = command is null ? [] : [JsonSerializer.Serialize(command)];
        var built = await RunningProgram.RunAsync(new ProgramStart(
            Repository.PathOf("samples", "hello", "build-image.sh"),
            [archive, JsonSerializer.Serialize(entrypoint), .. commands])
        {
            Environment = new Dictionary<string, string?> { ["FILES"] = files },
        });
        return new SampleImage(archive, name, built.EnsureSuccess().Output.Trim());
    }
}
