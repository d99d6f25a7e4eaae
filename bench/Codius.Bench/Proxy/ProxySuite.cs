using System.Net;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Ingress;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Codius.Bench.Proxy;

/// <summary>Requests a second to one pod: through our ingress, through nginx, and without anything between.</summary>
public static class ProxySuite
{
    private const int Rounds = 3;
    private const int PageSize = 612;
    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(4);

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        await using var pod = await WebServer.ServeAsync(PageSize);
        await using var nginx = await WebServer.ProxyAsync(pod.Address);
        var directory = new OnePod(pod.Address);
        var port = FreePort.Next();
        using var root = new TemporaryDirectory();
        await using var host = Host.Program.Create(
            [
                $"--Codius:Port={port}", "--Codius:Development=true", $"--Codius:RootDirectory={root.Path}",
                "--Codius:Uplink:PlayMoneyPort=0",
            ],
            builder =>
            {
                builder.Services.AddSingleton<IPodRuntime>(new ScriptedPodRuntime(TimeProvider.System));
                builder.Services.AddSingleton<IPodDirectory>(directory);
                builder.Logging.ClearProviders();
            });
        await host.StartAsync();
        var ingress = new Uri($"http://127.0.0.1:{port}/");
        var name = $"{directory.Hash}.localhost";

        List<double> ours = [], others = [], direct = [];
        for (var round = 0; round <= Rounds; round++)
        {
            // Together in each round, so that what else the machine does meets all; the first round is for warming up.
            ours.Add(await Wrk.RequestsPerSecondAsync(ingress, name, RoundLength));
            others.Add(await Wrk.RequestsPerSecondAsync(nginx.Url, name, RoundLength));
            direct.Add(await Wrk.RequestsPerSecondAsync(pod.Url, name, RoundLength));
        }

        yield return new Measure("proxy-nginx", Median.Of(ours.Skip(1)), Median.Of(others.Skip(1)));
        yield return new Measure("proxy-direct", Median.Of(ours.Skip(1)), Median.Of(direct.Skip(1)));
    }

    private sealed class OnePod(IPEndPoint pod) : IPodDirectory
    {
        public ManifestHash Hash { get; } = ManifestHash.TryParse(new string('a', ManifestHash.Length), out var hash)
            ? hash
            : throw new InvalidOperationException("no hash");

        public bool TryFind(ManifestHash hash, out PodRoute route)
        {
            route = new PodRoute(pod.Address, pod.Port);
            return hash == Hash;
        }
    }
}
