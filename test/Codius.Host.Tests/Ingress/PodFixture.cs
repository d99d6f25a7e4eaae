using System.Collections.Concurrent;
using System.Net;
using Codius.Core.Manifests;
using Codius.Host.Ingress;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Codius.Host.Tests.Ingress;

/// <summary>A running host, and pods that are web servers in this process.</summary>
public sealed class PodFixture : IAsyncDisposable, IPodDirectory
{
    private readonly ConcurrentDictionary<ManifestHash, PodRoute> _routes = new();
    private readonly List<WebApplication> _pods = [];
    private int _count;

    private PodFixture()
    {
    }

    public RunningHost Host { get; private set; } = null!;

    public static async Task<PodFixture> StartAsync(params string[] settings)
    {
        var fixture = new PodFixture();
        fixture.Host = await RunningHost.StartAsync(
            builder => builder.Services.AddSingleton<IPodDirectory>(fixture), settings);
        return fixture;
    }

    public bool TryFind(ManifestHash hash, out PodRoute route) => _routes.TryGetValue(hash, out route);

    /// <summary>Makes a pod of a route and returns the host name it answers to.</summary>
    public string AddRoute(PodRoute route)
    {
        var hash = ManifestHash.OfCanonicalJson(BitConverter.GetBytes(Interlocked.Increment(ref _count)));
        _routes[hash] = route;
        return $"{hash}.host.example";
    }

    /// <summary>Makes another route of a pod's, or none.</summary>
    public void ChangeRoute(string pod, Func<PodRoute, PodRoute?> change)
    {
        PodHost.TryRead(pod, out var hash).ShouldBeTrue();
        if (change(_routes[hash]) is { } route)
            _routes[hash] = route;
        else
            _routes.TryRemove(hash, out _);
    }

    /// <summary>Starts a pod that answers with <paramref name="handler"/>, in HTTP/1.1 or in HTTP/2 alone.</summary>
    public async Task<string> AddPodAsync(RequestDelegate handler, bool http2 = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
                listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        var pod = builder.Build();
        pod.UseWebSockets();
        pod.Run(handler);
        await pod.StartAsync();
        lock (_pods)
            _pods.Add(pod);
        return AddRoute(new PodRoute(IPAddress.Loopback, new Uri(pod.Urls.First()).Port));
    }

    public HttpClient CreateClient(string pod, bool http2 = false)
    {
        var client = Host.CreateClient(http2);
        client.DefaultRequestHeaders.Host = pod;
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        foreach (var pod in _pods)
        {
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await pod.StopAsync(now.Token);
            await pod.DisposeAsync();
        }
    }
}
