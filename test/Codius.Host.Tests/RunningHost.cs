using System.Net;
using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Codius.Host.Tests;

/// <summary>
/// The whole codiusd in this process on free ports, with settings of the test and nothing of the machine's.
/// </summary>
public sealed class RunningHost : IAsyncDisposable
{
    public const string PublicUri = "http://host.example:3000";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _root;

    private RunningHost(WebApplication app, DirectoryInfo root)
    {
        (_app, _root) = (app, root);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var ports = addresses.Select(a => new Uri(a).Port).ToArray();
        (Http, H2c) = (new IPEndPoint(IPAddress.Loopback, ports[0]), new IPEndPoint(IPAddress.Loopback, ports[1]));
    }

    public IPEndPoint Http { get; }

    public IPEndPoint H2c { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningHost> StartAsync(
        Action<WebApplicationBuilder>? configure = null, params string[] settings)
    {
        var root = Directory.CreateTempSubdirectory("codius-host-");
        var file = Path.Combine(root.FullName, "codiusd.json");
        await File.WriteAllTextAsync(file, "{}");
        string[] args =
        [
            $"--config={file}", $"--Codius:RootDirectory={root.FullName}", "--Codius:Port=0", "--Codius:H2cPort=0",
            "--Codius:Uplink:PlayMoneyPort=0", "--Logging:LogLevel:Default=Warning",
            "--Codius:Development=true", $"--Codius:PublicUri={PublicUri}",
            .. settings.Select(s => "--Codius:" + s),
        ];
        var app = Program.Create(args, builder =>
        {
            builder.Services.AddSingleton<IPodRuntime>(new ScriptedPodRuntime(TimeProvider.System));
            configure?.Invoke(builder);
        });
        try
        {
            await app.StartAsync();
            return new RunningHost(app, root);
        }
        catch
        {
            await app.DisposeAsync();
            root.Delete(recursive: true);
            throw;
        }
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>A client for HTTP/1.1, or for HTTP/2 with prior knowledge.</summary>
    public HttpClient CreateClient(bool http2 = false) => new()
    {
        BaseAddress = new Uri($"http://{(http2 ? H2c : Http)}/"),
        DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(30),
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _root.Delete(recursive: true);
    }
}
