using Codius.Testing.Processes;
using Codius.Testing.Runtime;

namespace Codius.Bench.Start;

/// <summary>
/// A codiusd with play money and one runtime handler, as it is run: a process of its own, built for release.
/// </summary>
public sealed class BenchHost : IAsyncDisposable
{
    private readonly TemporaryDirectory _files = new();
    private readonly string[] _settings;
    private readonly string _instance;
    private RunningProgram? _program;

    private BenchHost(string handler, string? runtimeProgram)
    {
        _instance = "bench-" + handler;
        _settings =
        [
            "--Codius:Development=true",
            $"--Codius:RootDirectory={_files["root"]}",
            $"--Codius:Port={Port}",
            $"--Codius:Uplink:PlayMoneyPort={BtpPort}",
            $"--Codius:Runtime:Handler={handler}",
            "--Codius:Runtime:TrustCode=true",
            $"--Codius:Runtime:Instance={_instance}",
            "--Codius:Runtime:Subnet=10.90.0.0/16",
            .. runtimeProgram is null ? [] : new[] { $"--Codius:Runtime:Program={runtimeProgram}" },
        ];
    }

    public int Port { get; } = FreePort.Next();

    public int BtpPort { get; } = FreePort.Next();

    public SampleImage Image { get; private set; } = null!;

    public string ContainerdSocket => $"/run/codius/{_instance}/containerd.sock";

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    public string CgroupParent => "/codius-" + _instance;

    private static string Executable =>
        Repository.PathOf("src", "Codius.Host", "bin", "Release", "net10.0", "codiusd");

    /// <summary>Starts it, with the image that <paramref name="build"/> makes in a directory, or the sample.</summary>
    public static async Task<BenchHost> StartAsync(
        string handler, string? runtimeProgram = null, Func<string, Task<SampleImage>>? build = null)
    {
        var host = new BenchHost(handler, runtimeProgram);
        try
        {
            await host.StartAsync(build ?? (directory => SampleImage.BuildAsync(directory)));
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.StopAsync();
            await _program.DisposeAsync();
        }

        await RunningProgram.RunAsync(new ProgramStart(Executable, ["remove-pods", .. _settings]), TimeSpan.FromMinutes(2));
        Directory.Delete(Path.GetDirectoryName(ContainerdSocket)!, recursive: true);
        _files.Dispose();
    }

    private async Task StartAsync(Func<string, Task<SampleImage>> build)
    {
        _program = RunningProgram.Start(new ProgramStart(Executable, _settings));
        await _program.WaitForLineAsync(line => line.Contains(" serves ", StringComparison.Ordinal));
        await Deadline.UntilAsync(() => Task.FromResult(File.Exists(ContainerdSocket)), "containerd listens");
        Image = await build(_files["images"]);
        var import = new ProgramStart("ctr", "--address", ContainerdSocket, "--namespace", "k8s.io",
            "images", "import", "--digests", "--base-name", Image.Name, Image.Archive);
        (await RunningProgram.RunAsync(import)).EnsureSuccess();
    }
}
