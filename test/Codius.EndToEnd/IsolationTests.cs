using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>The same purchase in both kinds of walls.</summary>
public sealed class IsolationTests(Images images)
{
    [Theory]
    [InlineData("runc", "runc")]
    [InlineData("runsc", "gvisor")]
    public async Task A_pod_is_bought_serves_ends_and_leaves_nothing(string handler, string isolation)
    {
        await using var host = await CodiusHost.StartAsync(new HostSettings { Handler = handler });
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        // The first pull brings the image, which stays.
        (await BuyAsync(host, "sleep", "1000")).Status.ShouldBe(200);
        var before = await host.LeftoversAsync();

        var cli = new CodiusCli(project);
        var (code, bought) = await cli.RunJsonAsync(
            "upload", "--host", $"{host.Url}", "--duration", "8", "-y", "--debug", "--btp", host.BtpUrl("buyer"));
        code.ShouldBe(0, bought.ToString());
        bought.GetProperty("isolation").GetString().ShouldBe(isolation);
        (await host.FetchAsync(bought)).ShouldContain("Hello from");
        (await cli.RunAsync("logs")).EnsureSuccess().Output.ShouldContain("app | hello listens on port 8080");

        await host.ShouldHaveLeftNothingAsync(before);
        host.Ledger.IsBalanced.ShouldBeTrue();
        host.Ledger.Earned.ShouldBeGreaterThan(0);
    }

    private async Task<(int Status, string Body)> BuyAsync(CodiusHost host, params string[] command)
    {
        await using var payer = await StepPayer.ConnectAsync(host);
        var manifest = new SampleManifest(images.Hello) { Command = command, Port = null };
        var answer = await payer.PayAsync("/pods?duration=600", manifest.ToBody());
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
