using System.Text.Json.Nodes;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Peers;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>codius 3.1.0 and moneyd 4.3.0 as they came from npm, with our host in the original's place.</summary>
public sealed class OriginalClientTests(Images images)
{
    [Fact]
    public async Task The_original_client_buys_reads_and_extends_a_pod_through_the_original_moneyd()
    {
        await using var moneyd = await OriginalMoneyd.StartAsync();
        await using var host = await CodiusHost.StartAsync(
            new HostSettings { BtpUrl = OriginalMoneyd.UrlWith("host") });
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        var cli = new OriginalCodiusCli(project.Directory, OriginalMoneyd.Url);

        var upload = await cli.UploadAsync([host.Url], "--duration", "600", "--debug");
        upload.Program.EnsureSuccess();
        var pod = new Uri(upload.HostDetails(host.Url).GetProperty("url").GetString()!);
        (await host.Http.GetStringAsync(pod)).ShouldContain("Hello from");
        host.Ledger.ShouldBe(new HostLedger(Received: 2_283_106, Held: 2_283_106, 0, 0, 0));

        await using (var tail = cli.Start("tail"))
            await tail.WaitForLineAsync(line => line.Contains("hello listens on port 8080"));

        var expiry = await ExpiryAsync(host, upload.ManifestHash);
        (await cli.ExtendAsync("--duration", "600")).Program.EnsureSuccess();
        (await ExpiryAsync(host, upload.ManifestHash)).ShouldBe(expiry + TimeSpan.FromMinutes(10));
        host.Ledger.ShouldBe(new HostLedger(Received: 4_566_212, Held: 4_566_212, 0, 0, 0));
    }

    [Fact]
    public async Task The_original_client_buys_for_play_money_and_keeps_its_secrets()
    {
        const string Secret = "the original client's secret";
        await using var host = await CodiusHost.StartAsync();
        var manifest = new SampleManifest(images.Hello)
        {
            Environment = new Dictionary<string, string> { ["SECRET"] = "$SECRET" },
        };
        using var project = new Project(manifest.ToJson(), new JsonObject
        {
            ["public"] = new JsonObject(),
            ["private"] = new JsonObject { ["SECRET"] = new JsonObject { ["value"] = Secret } },
        });
        var upload = await new OriginalCodiusCli(project.Directory, host.BtpUrl()).UploadAsync([host.Url]);
        upload.Program.EnsureSuccess();
        (await host.FetchAsync(upload.HostDetails(host.Url))).ShouldContain($"SECRET={Secret}");
        (await host.Http.GetStringAsync($"/pods?manifestHash={upload.ManifestHash}")).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task The_original_client_pays_nothing_for_a_pod_that_does_not_run()
    {
        await using var host = await CodiusHost.StartAsync();
        using var project = new Project(new SampleManifest(images.Hello) { Command = ["sh", "-c", "exit 1"] }.ToJson());
        var upload = await new OriginalCodiusCli(project.Directory, host.BtpUrl()).UploadAsync([host.Url]);
        upload.State.ShouldBeNull(upload.Program.Output);
        host.Lines.ShouldContain(line => line.Contains("did not start, nothing was taken"));
        host.Ledger.Received.ShouldBe(0);
    }

    private static async Task<DateTimeOffset> ExpiryAsync(CodiusHost host, string hash) =>
        (await host.GetJsonAsync($"/pods?manifestHash={hash}")).GetProperty("expiry").GetDateTimeOffset();
}
