using System.Net;
using Codius.Bench.Start;
using Codius.Runtime.Containerd.Cri;

namespace Codius.Bench.Proxy;

/// <summary>
/// Requests a second to one pod that was bought: through codiusd, through nginx, and without anything between.
/// </summary>
public static class ProxySuite
{
    private const int Rounds = 5;
    private const int PageSize = 612;
    private const int PodPort = 8080;
    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(4);

    public static async IAsyncEnumerable<Measure> RunAsync()
    {
        // A sandbox that stands ready would be taken for the pod when its address is looked for.
        await using var host = await BenchHost.StartAsync(
            "runc",
            build: directory => NginxImage.BuildAsync(directory, PageSize),
            settings: "Runtime:WarmSandboxes=0");
        await using var payer = await PaidStart.ConnectAsync(host);
        var name = (await payer.BuyAsync("proxied")).Hash + ".localhost";
        var pod = new IPEndPoint(await AddressOfOnlyPodAsync(host), PodPort);
        await using var nginx = await NginxProxy.StartAsync(pod);

        List<double> ours = [], others = [], direct = [];
        for (var round = 0; round <= Rounds; round++)
        {
            // Together in each round, so that what else the machine does meets all; the first round is for warming up.
            ours.Add(await Wrk.RequestsPerSecondAsync(host.Url, name, RoundLength));
            others.Add(await Wrk.RequestsPerSecondAsync(nginx.Url, name, RoundLength));
            direct.Add(await Wrk.RequestsPerSecondAsync(new Uri($"http://{pod}/"), name, RoundLength));
        }

        yield return new Measure("proxy-nginx", Median.Of(ours.Skip(1)), Median.Of(others.Skip(1)));
        yield return new Measure("proxy-direct", Median.Of(ours.Skip(1)), Median.Of(direct.Skip(1)));
    }

    private static async Task<IPAddress> AddressOfOnlyPodAsync(BenchHost host)
    {
        using var cri = new CriClient(host.ContainerdSocket, TimeProvider.System);
        var pods = (await cri.ListPodSandboxAsync(new Dictionary<string, string>(), default)).Require("ListPodSandbox");
        var status = await cri.PodSandboxStatusAsync(pods.Items.Single().Id, verbose: false, default);
        return IPAddress.Parse(status.Require("PodSandboxStatus").Status.Network.Ip);
    }
}
