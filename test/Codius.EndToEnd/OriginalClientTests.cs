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

    private static async Task<DateTimeOffset> ExpiryAsync(CodiusHost host, string hash) =>
        (await host.GetJsonAsync($"/pods?manifestHash={hash}")).GetProperty("expiry").GetDateTimeOffset();
}
