using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;

namespace Codius.EndToEnd.Hosts;

/// <summary>
/// The program codiusd, with a directory, a containerd, a network and ports of its own. Nothing of it is on the machine
/// when it has been disposed.
/// </summary>
internal sealed class CodiusHost : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);
    private readonly List<string> _earlierLines = [];
    private bool _isRemembered = true;

    private CodiusHost(HostSettings settings)
    {
        Settings = settings;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync })
        {
            BaseAddress = Url,
            Timeout = TimeSpan.FromSeconds(100),
        };
    }

    public HostSettings Settings { get; private set; }

    public RunningProgram Program { get; private set; } = null!;

    /// <summary>What its next life is: codiusd, or a program that is codiusd and more.</summary>
    public ProgramStart Command { get; set; } = new(Programs.Codiusd);

    /// <summary>Whether a life has begun and not ended.</summary>
    public bool IsAlive => !_isRemembered && !Program.HasExited;

    public Uri Url => new($"http://localhost:{Settings.Port}");

    /// <summary>Where a payer connects: with a secret, or without for programs that make their own.</summary>
    public string BtpUrl(string? secret = null) =>
        Settings.BtpUrl ?? $"btp+ws://{(secret is null ? "" : $":{secret}@")}127.0.0.1:{Settings.PlayMoneyPort}";

    /// <summary>Reaches the host and its pods, whatever name a URL has.</summary>
    public HttpClient Http { get; }

    public HostLedger Ledger => HostLedger.Read(Path.Combine(Settings.RootDirectory, "codius.db"));

    /// <summary>What all lives of the host have printed.</summary>
    public IEnumerable<string> Lines => _earlierLines.Concat(Program.OutputLines).Concat(Program.ErrorLines);

    public static async Task<CodiusHost> StartAsync(HostSettings? settings = null)
    {
        var host = new CodiusHost(settings ?? new HostSettings());
        if (host.Settings.Handler == "runsc")
            await Gvisor.EnsureInstalledAsync();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins the next life, perhaps with other settings, and waits until uploads are accepted.</summary>
    public async Task StartAsync(params (string Name, string Value)[] changes)
    {
        if (changes.Length > 0)
        {
            var others = new Dictionary<string, string>(Settings.Others);
            foreach (var (name, value) in changes)
                others[name] = value;
            Settings = Settings with { Others = others };
        }

        Begin();
        await WaitUntilReadyAsync();
    }

    /// <summary>Begins the next life and waits for nothing.</summary>
    public void Begin()
    {
        Program = RunningProgram.Start(
            Command with { Arguments = [.. Command.Arguments, .. Settings.ToArguments()] });
        _isRemembered = false;
    }

    public async Task WaitUntilReadyAsync()
    {
        try
        {
            await Deadline.UntilAsync(IsReadyAsync, "codiusd accepts uploads", StartsWithin);
        }
        catch (TimeoutException e)
        {
            throw Program.Failure(e.Message);
        }
    }

    /// <summary>SIGKILL to codiusd alone.</summary>
    public async Task KillAsync()
    {
        await Program.KillAsync();
        await RememberAsync();
    }

    /// <summary>Waits for the end of a host that kills itself.</summary>
    public async Task WaitForEndAsync()
    {
        await Program.WaitForExitAsync(TimeSpan.FromSeconds(60));
        await RememberAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var code = await Program.StopAsync(TimeSpan.FromSeconds(60));
        await RememberAsync();
        return code;
    }

    /// <summary>SIGKILL to the host's containerd.</summary>
    public async Task KillContainerdAsync()
    {
        var process = File.ReadAllText(Settings.StateDirectory + "/containerd.pid").Split()[0];
        (await RunningProgram.RunAsync(new ProgramStart("kill", "-KILL", process))).EnsureSuccess();
    }

    /// <summary>Until the one that the host starts in its place answers.</summary>
    public Task WaitForContainerdAsync() => Deadline.UntilAsync(
        async () => (await RunningProgram.RunAsync(
            new ProgramStart("ctr", "-a", Settings.Socket, "--connect-timeout", "1s", "version"))).ExitCode == 0,
        "a new containerd");

    /// <summary>After the host's end: takes pods and containerd away, as a reboot does.</summary>
    public async Task RemovePodsAsync()
    {
        var removal = new ProgramStart(Programs.Codiusd, ["remove-pods", .. Settings.ToArguments()]);
        (await RunningProgram.RunAsync(removal, TimeSpan.FromSeconds(60))).EnsureSuccess();
    }

    /// <summary>Brings an image in as an operator does it, with containerd's own tool.</summary>
    public async Task ImportAsync(SampleImage image) =>
        (await RunningProgram.RunAsync(new ProgramStart(
            "ctr", "-a", Settings.Socket, "-n", "k8s.io",
            "images", "import", "--digests", "--base-name", image.Name, image.Archive))).EnsureSuccess();

    public Task<JsonElement> GetJsonAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>What a pod serves, which is named by the URL in an answer.</summary>
    public Task<string> FetchAsync(JsonElement pod) =>
        Http.GetStringAsync(new Uri(pod.GetProperty("url").GetString()!));

    public Task<Leftovers> LeftoversAsync() => Leftovers.CountAsync(Settings);

    /// <summary>Waits until there is no more on the machine than there was before.</summary>
    public async Task ShouldHaveLeftNothingAsync(Leftovers before)
    {
        var now = before;
        try
        {
            await Deadline.UntilAsync(
                async () => (now = await LeftoversAsync()).IsNoMoreThan(before),
                "nothing is left",
                TimeSpan.FromSeconds(40));
        }
        catch (TimeoutException)
        {
            throw Program.Failure($"left {now}\nof which there was before {before}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (IsAlive)
            await Program.KillAsync();
        await RemovePodsAsync();
        Directory.Delete(Settings.RootDirectory, recursive: true);
        Directory.Delete(Settings.StateDirectory, recursive: true);
        if (Program is not null)
            await Program.DisposeAsync();
    }

    private async Task RememberAsync()
    {
        _earlierLines.AddRange(Program.OutputLines.Concat(Program.ErrorLines));
        await Program.DisposeAsync();
        _isRemembered = true;
    }

    private async Task<bool> IsReadyAsync()
    {
        if (Program.HasExited)
            throw Program.Failure("ended");
        try
        {
            var info = await GetJsonAsync("/info");
            return info.GetProperty("acceptingUploads").GetBoolean() && info.TryGetProperty("asset", out var asset)
                && asset.ValueKind == JsonValueKind.Object;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", Settings.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
