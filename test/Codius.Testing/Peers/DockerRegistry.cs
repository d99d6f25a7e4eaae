using Codius.Testing.Processes;

namespace Codius.Testing.Peers;

/// <summary>Debian's docker-registry over plain HTTP on a port of 127.0.0.1, empty at first.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private readonly TemporaryDirectory _files;

    private DockerRegistry(RunningProgram program, TemporaryDirectory files, int port) =>
        (Program, _files, Port) = (program, files, port);

    public int Port { get; }

    /// <summary>Host and port, as an image reference begins.</summary>
    public string Host => $"127.0.0.1:{Port}";

    public RunningProgram Program { get; }

    public static async Task<DockerRegistry> StartAsync()
    {
        var files = new TemporaryDirectory();
        var port = FreePort.Next();
        await File.WriteAllTextAsync(files["config.yml"], $$"""
            version: 0.1
            log: { level: warn }
            storage:
              filesystem: { rootdirectory: {{files["storage"]}} }
              delete: { enabled: true }
            http: { addr: 127.0.0.1:{{port}} }
            """);
        var program = RunningProgram.Start(new ProgramStart("docker-registry", "serve", files["config.yml"]));
        var registry = new DockerRegistry(program, files, port);
        try
        {
            await Deadline.UntilAsync(registry.AnswersAsync, "docker-registry answers");
            return registry;
        }
        catch (Exception e)
        {
            var failure = program.Failure(e.Message);
            await registry.DisposeAsync();
            throw failure;
        }
    }

    /// <summary>Pushes the one image of an OCI tar; returns its reference by digest.</summary>
    public async Task<string> PushAsync(string ociTar, string name, string tag = "latest")
    {
        var digestFile = _files[Guid.NewGuid().ToString("n")];
        var result = await RunningProgram.RunAsync(new ProgramStart("skopeo", "--insecure-policy", "copy",
            "--dest-tls-verify=false", "--preserve-digests", "--digestfile", digestFile,
            $"oci-archive:{ociTar}", $"docker://{Host}/{name}:{tag}"));
        result.EnsureSuccess();
        return $"{Host}/{name}@{(await File.ReadAllTextAsync(digestFile)).Trim()}";
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        _files.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        if (Program.HasExited) throw Program.Failure("ended");
        using var client = new HttpClient();
        try
        {
            return (await client.GetAsync(new Uri($"http://{Host}/v2/"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
