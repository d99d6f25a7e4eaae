using System.Globalization;
using Codius.Runtime.Containerd.Cri;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;

namespace Codius.Bench.Start;

/// <summary>
/// A codiusd with play money and one runtime handler, as it is run: a process of its own, built for release.
/// </summary>
public sealed class BenchHost : IAsyncDisposable
{
    /// <summary>A file that pods of the default image serve; asking for it starts no program in them.</summary>
    public const string StaticPage = "alive.txt";

    private static readonly TimeSpan Stillness = TimeSpan.FromMilliseconds(200);

    private readonly string[] _settings;
    private readonly string _instance;
    private RunningProgram? _program;

    private BenchHost(string handler, string? runtimeProgram, IReadOnlyList<string> settings)
    {
        _instance = "bench-" + handler;
        _settings =
        [
            "--Codius:Development=true",
            $"--Codius:RootDirectory={Files}/root",
            $"--Codius:Port={Port}",
            $"--Codius:Uplink:PlayMoneyPort={BtpPort}",
            $"--Codius:Runtime:Handler={handler}",
            "--Codius:Runtime:TrustCode=true",
            $"--Codius:Runtime:Instance={_instance}",
            "--Codius:Runtime:Subnet=10.90.0.0/16",
            .. runtimeProgram is null ? [] : new[] { $"--Codius:Runtime:Program={runtimeProgram}" },
            .. settings.Select(setting => "--Codius:" + setting),
        ];
    }

    public int Port { get; } = FreePort.Next();

    public int BtpPort { get; } = FreePort.Next();

    public SampleImage Image { get; private set; } = null!;

    public string ContainerdSocket => $"/run/codius/{_instance}/containerd.sock";

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    public string CgroupParent => "/codius-" + _instance;

    // The same in each run: what removes the pods of one that was cut off has to find their files.
    private string Files => "/var/tmp/codius-" + _instance;

    private static string Executable =>
        Repository.PathOf("src", "Codius.Host", "bin", "Release", "net10.0", "codiusd");

    /// <summary>Bytes that are this process's alone.</summary>
    public long Memory => File.ReadLines($"/proc/{_program!.Id}/status")
        .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(line => long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single() * 1024;

    /// <summary>Starts it, with the image that <paramref name="build"/> makes in a directory, or the sample.</summary>
    public static async Task<BenchHost> StartAsync(
        string handler,
        string? runtimeProgram = null,
        Func<string, Task<SampleImage>>? build = null,
        params IReadOnlyList<string> settings)
    {
        var host = new BenchHost(handler, runtimeProgram, settings);
        try
        {
            await host.StartAsync(build ?? BuildSampleAsync);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a service is ended, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await _program!.StopAsync();
        await _program.DisposeAsync();
        await StartProgramAsync();
    }

    /// <summary>Waits until so many sandboxes stand ready, and the machine is still.</summary>
    public async Task WaitUntilWarmAsync(int count)
    {
        if (count > 0)
            await Deadline.UntilAsync(async () => await CountWarmAsync() >= count, "sandboxes are ready");
        // What was removed last, and what makes a sandbox ready after containerd lists it, takes a moment longer.
        await Task.Delay(Stillness);
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.StopAsync();
            await _program.DisposeAsync();
        }

        await RemoveAsync();
    }

    private static async Task<SampleImage> BuildSampleAsync(string directory)
    {
        var files = Path.Combine(directory, "files");
        var pages = Directory.CreateDirectory(Path.Combine(files, "www"));
        await File.WriteAllTextAsync(Path.Combine(pages.FullName, StaticPage), "alive\n");
        return await SampleImage.BuildAsync(directory, files: files);
    }

    private async Task<int> CountWarmAsync()
    {
        using var cri = new CriClient(ContainerdSocket, TimeProvider.System);
        var warm = new Dictionary<string, string> { ["codius.warm"] = "true" };
        var sandboxes = (await cri.ListPodSandboxAsync(warm, default)).Require("ListPodSandbox").Items;
        var none = new Dictionary<string, string>();
        var taken = (await cri.ListContainersAsync(none, default)).Require("ListContainers").Containers
            .Select(container => container.PodSandboxId).ToHashSet();
        return sandboxes.Count(sandbox => !taken.Contains(sandbox.Id));
    }

    private async Task RemoveAsync()
    {
        var remove = new ProgramStart(Executable, ["remove-pods", .. _settings]);
        (await RunningProgram.RunAsync(remove, TimeSpan.FromMinutes(5))).EnsureSuccess();
        Directory.Delete(Path.GetDirectoryName(ContainerdSocket)!, recursive: true);
        Directory.Delete(Files, recursive: true);
    }

    private async Task RemoveBarePodsAsync()
    {
        using var cri = new CriClient(ContainerdSocket, TimeProvider.System);
        var listed = await cri.ListPodSandboxAsync(new Dictionary<string, string>(), default);
        foreach (var pod in listed.Value?.Items.Where(pod => pod.Metadata.Namespace == BareStart.Namespace) ?? [])
        {
            await cri.StopPodSandboxAsync(pod.Id, default);
            await cri.RemovePodSandboxAsync(pod.Id, default);
        }
    }

    private async Task StartProgramAsync()
    {
        _program = RunningProgram.Start(new ProgramStart(Executable, _settings));
        await _program.WaitForLineAsync(line => line.Contains(" serves ", StringComparison.Ordinal));
    }

    private async Task StartAsync(Func<string, Task<SampleImage>> build)
    {
        // A run that was cut off leaves its pods.
        if (Directory.Exists(Files))
        {
            await RemoveBarePodsAsync();
            await RemoveAsync();
        }

        await StartProgramAsync();
        await Deadline.UntilAsync(() => Task.FromResult(File.Exists(ContainerdSocket)), "containerd listens");
        Image = await build(Files + "/images");
        var import = new ProgramStart("ctr", "--address", ContainerdSocket, "--namespace", "k8s.io",
            "images", "import", "--digests", "--base-name", Image.Name, Image.Archive);
        (await RunningProgram.RunAsync(import)).EnsureSuccess();
    }
}
