using System.Diagnostics;
using System.Text.Json;
using Codius.Core.Pods;
using Shouldly;

namespace Codius.Testing.Runtime;

/// <summary>An image made from the machine's busybox by samples/hello/build-image.sh, as an OCI archive.</summary>
public sealed record SampleImage(string Archive, string Name, string Digest)
{
    private const string Script = "samples/hello/build-image.sh";

    /// <summary>What a manifest calls it once it was imported under its name.</summary>
    public ImageReference Reference =>
        ImageReference.TryParse($"{Name}@{Digest}", out var image) ? image : throw new InvalidOperationException(Name);

    /// <summary>Builds the image into a directory. Without arguments of its own it is the web server on port 8080.</summary>
    public static async Task<SampleImage> BuildAsync(
        string directory, string name = "codius.local/hello", string[]? entrypoint = null, string[]? command = null)
    {
        Directory.CreateDirectory(directory);
        var archive = Path.Combine(directory, Path.GetFileName(name) + ".tar");
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot(), Script), [archive, Json(entrypoint)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        if (command is not null)
            start.ArgumentList.Add(Json(command));
        using var build = Process.Start(start).ShouldNotBeNull();
        var digest = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        build.ExitCode.ShouldBe(0, $"{Script} failed");
        return new SampleImage(archive, name, digest.Trim());
    }

    private static string Json(string[]? words) => JsonSerializer.Serialize(words);

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Codius.slnx")))
            directory = Path.GetDirectoryName(directory.TrimEnd('/')) ?? throw new DirectoryNotFoundException("Codius.slnx");
        return directory;
    }
}
