using System.Text;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Uplink;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Interledger.Btp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Codius.Bench.Interledger;

/// <summary>
/// Paid requests a second, one after another: 402, a payment by STREAM through a play-money connector, 200. Each buys a
/// pod another second. By our client, and by ilp-fetch at the same host; both keep their connection to the connector.
/// </summary>
public static class PaidRequests
{
    private const ulong MaxPrice = 1_000_000;

    // A request goes through most of the code of client, connector and host, all of which is compiled twice: that takes
    // half a minute, as the rates of the turns said, and ilp-fetch a quarter of that. So ours begins alone, since all
    // turns of ilp-fetch are to be less than a minute, after which it is busy with the connections that it left open.
    private const int WarmUpAlone = 15;
    private const int WarmUp = 6;

    // A payment passes through a dozen threads and a disk, and what those take goes up and down from turn to turn.
    private const int Turns = 8;

    public static async Task<Measure> MeasureAsync()
    {
        await NodePeers.EnsureInstalledAsync();
        using var files = new TemporaryDirectory();
        var (port, btpPort) = (FreePort.Next(), FreePort.Next());
        await using var connector = await UnhurriedUplink.StartConnectorAsync(btpPort);
        await using var host = await StartHostAsync(files.Path, port, new UnhurriedUplink(connector));
        var url = new Uri($"http://127.0.0.1:{port}/");
        using var http = HostClient.CreateHttpClient();
        await using var payer = new StreamPayer(new BtpClient(ParseUrl($"btp+ws://:ours@127.0.0.1:{btpPort}")));
        var client = new HostClient(http, url, payer);
        var pod = await BuyPodAsync(client);
        for (var turn = 0; turn < WarmUpAlone; turn++)
            await Rate.OfAsync(() => ExtendAsync(client, pod));
        await using var peer = await JavaScriptMeter.StartAsync(NodePeers.Node16, "bench-fetch.js",
            "--method", "PUT",
            "--url", $"{url}pods?manifestHash={pod}&duration=1",
            "--btp", $"btp+ws://:theirs@127.0.0.1:{btpPort}",
            "--max-price", $"{MaxPrice}");
        return await Rounds.CompareAsync(
            "paid-request", () => Rate.OfAsync(() => ExtendAsync(client, pod)), peer.RunAsync, WarmUp, Turns);
    }

    private static async Task<WebApplication> StartHostAsync(string root, int port, IUplink uplink)
    {
        var host = Host.Program.Create(
            [$"--Codius:Port={port}", "--Codius:Development=true", $"--Codius:RootDirectory={root}"],
            builder =>
            {
                builder.Services.AddSingleton(uplink);
                builder.Services.AddSingleton<IPodRuntime>(new ScriptedPodRuntime(TimeProvider.System));
                builder.Logging.ClearProviders();
            });
        await host.StartAsync();
        return host;
    }

    private static async Task<ManifestHash> BuyPodAsync(HostClient client)
    {
        var body = $$$"""
            {"manifest":{"name":"paid","version":"1","machine":"small",
            "containers":[{"id":"app","image":"nginx@sha256:{{{new string('a', 64)}}}"}]}}
            """;
        var utf8 = Encoding.UTF8.GetBytes(body);
        if (!ManifestRequest.TryRead(utf8, ManifestRules.Upload, out var request, out var errors))
            throw new InvalidOperationException(errors.ToString());
        // The host opens some moments after its port.
        await Deadline.UntilAsync(() => TryBuyAsync(client, request), "a pod is bought");
        return request.Hash;
    }

    private static async Task<bool> TryBuyAsync(HostClient client, ManifestRequest request)
    {
        var purchase = await client.UploadAsync(request, Seconds(600), long.MaxValue, null, CancellationToken.None);
        return purchase.Result.Succeeded(out _, out _);
    }

    private static async Task<int> ExtendAsync(HostClient client, ManifestHash pod)
    {
        var purchase = await client.ExtendAsync(pod, Seconds(1), MaxPrice, null, CancellationToken.None);
        if (!purchase.Result.Succeeded(out _, out var error))
            throw new InvalidOperationException(error.ToString());
        return purchase.Payment.Sent > 0 ? 1 : throw new InvalidOperationException("nothing was paid");
    }

    private static PodDuration Seconds(int seconds) =>
        PodDuration.TryFromSeconds(seconds, out var duration) ? duration : throw new InvalidOperationException();

    private static BtpUrl ParseUrl(string text) =>
        BtpUrl.TryParse(text, out var url, out var problem) ? url : throw new InvalidOperationException(problem);
}
