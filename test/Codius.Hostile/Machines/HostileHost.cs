using System.Net;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Host.Tests;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Xunit;

namespace Codius.Hostile.Machines;

/// <summary>
/// The program codiusd with play money, impatient with strangers, and a pod bought from it: a web server that believes
/// whatever it is sent, which is reached through the ingress and, as the control, without it.
/// </summary>
public abstract class HostileHost(string handler) : IAsyncLifetime
{
    /// <summary>Until half a request is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TemporaryDirectory _files = new();
    private CodiusHost? _host;

    /// <summary>What manifests call the image of the web server, which has a shell as well.</summary>
    public string Image { get; private set; } = "";

    /// <summary>The pod's name, for the Host header.</summary>
    public string Pod { get; private set; } = "";

    /// <summary>Where the world reaches the host and its pods.</summary>
    public IPEndPoint Ingress => new(IPAddress.Loopback, Host.Settings.Port);

    /// <summary>Where only the machine reaches the pod.</summary>
    public IPEndPoint Server { get; private set; } = new(IPAddress.None, 0);

    internal CodiusHost Host => _host ?? throw new InvalidOperationException("The host does not run yet.");

    public async ValueTask InitializeAsync()
    {
        await AttackProgram.CompileAsync(_files.Path + AttackProgram.Server);
        _host = await CodiusHost.StartAsync(new HostSettings
        {
            Handler = handler,
            Others = new Dictionary<string, string>
            {
                ["Limits:HeadersTimeout"] = $"{Patience}",
                ["Limits:BodyTimeout"] = $"{Patience}",
                ["Payments:PayTimeout"] = "00:00:03",
                // All attackers are one caller here.
                ["Payments:MaxUnpaidPerCaller"] = "10000",
            },
        });
        var image = await SampleImage.BuildAsync(
            _files["image"], "codius.local/server", command: [AttackProgram.Server, "8080"], files: _files.Path);
        await _host.ImportAsync(image);
        Image = image.Reference.ToString();
        var pod = await StepPayer.BuyAsync(_host, new SampleManifest(Image).ToBody(), 3600);
        Pod = new Uri(pod.GetProperty("url").GetString()!).Authority;
        Server = new IPEndPoint(await AddressOfOnlyPodAsync(), 8080);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _files.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>All that comes back from the host until it closes the connection.</summary>
    public Task<string> ThroughIngressAsync(string request) => ExchangeAsync(Ingress, request);

    /// <summary>The same without the host between.</summary>
    public Task<string> DirectlyAsync(string request) => ExchangeAsync(Server, request);

    /// <summary>The lines of all requests that the pod has seen.</summary>
    public Task<string> SeenAsync() => Host.Http.GetStringAsync(new Uri($"http://{Pod}/seen"));

    private static async Task<string> ExchangeAsync(IPEndPoint endPoint, string request)
    {
        using var client = await RawClient.ConnectAsync(endPoint);
        try
        {
            await client.SendAsync(request);
        }
        catch (IOException)
        {
            // It had enough before the end.
        }

        return await client.ReadToEndAsync();
    }

    private async Task<IPAddress> AddressOfOnlyPodAsync()
    {
        var routes = await RunningProgram.RunAsync(
            new ProgramStart("ip", "-4", "route", "show", "root", Host.Settings.Subnet));
        return IPAddress.Parse(routes.EnsureSuccess().Output.Split(' ')[0]);
    }
}

public sealed class RuncHost() : HostileHost("runc");

public sealed class GvisorHost() : HostileHost("runsc");

/// <summary>All attacks on a host with one runtime, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class HostUnderRunc : ICollectionFixture<RuncHost>
{
    public const string Name = "attacks on a host with runc";
}

/// <inheritdoc cref="HostUnderRunc"/>
[CollectionDefinition(Name)]
public sealed class HostUnderGvisor : ICollectionFixture<GvisorHost>
{
    public const string Name = "attacks on a host with gVisor";
}
