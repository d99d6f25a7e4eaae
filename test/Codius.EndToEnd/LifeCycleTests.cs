using System.Net;
using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>What happens to pods between their start and their end, with real programs.</summary>
public sealed class LifeCycleTests(PlayMoneyHost fixture, Images images) : IClassFixture<PlayMoneyHost>
{
    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task Whoever_bought_a_pod_reads_its_logs_stops_it_and_gets_back_what_was_not_used()
    {
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        using var project = new Project(new SampleManifest(images.Hello).ToJson());
        var cli = new CodiusCli(project);
        var (code, bought) = await cli.RunJsonAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "600", "-y", "--btp", Host.BtpUrl("buyer"));
        code.ShouldBe(0, bought.ToString());
        (await cli.RunAsync("logs", "--tail", "1", "-t")).EnsureSuccess().Output
            .ShouldContain("Z app | hello listens on port 8080");

        var (stopped, answer) = await cli.RunJsonAsync("stop", "--btp", Host.BtpUrl("buyer"));
        stopped.ShouldBe(0, answer.ToString());
        answer.GetProperty("ended").GetBoolean().ShouldBeTrue();
        var settled = answer.GetProperty("settled")[0];
        var (used, returned) = (AmountOf(settled, "used"), AmountOf(settled, "returned"));
        (used + returned).ShouldBe(2_283_106);
        used.ShouldBeLessThan(returned);
        var now = Host.Ledger;
        (now.Returned - ledger.Returned).ShouldBe(returned);
        (now.Earned - ledger.Earned).ShouldBe(used);
        now.Credited.ShouldBe(ledger.Credited);
        await Host.ShouldHaveLeftNothingAsync(before);
        var (again, same) = await cli.RunJsonAsync("stop", "--btp", Host.BtpUrl("buyer"));
        again.ShouldBe(0);
        AmountOf(same.GetProperty("settled")[0], "returned").ShouldBe(returned);
        Host.Ledger.ShouldBe(now);
    }

    [Fact]
    public async Task A_pod_whose_time_is_over_stands_still_also_while_the_host_is_killed_and_goes_on_when_paid_for()
    {
        var body = SampleManifest.WithBirth(images.Hello).ToBody();
        var pod = await StepPayer.BuyAsync(Host, body, 25);
        var born = BirthIn(await Host.FetchAsync(pod));
        await BecomesAsync(pod, "paused");
        (await GetAsync(pod)).ShouldBe(HttpStatusCode.PaymentRequired);
        await Host.KillAsync();
        await Host.StartAsync();
        await Host.KillContainerdAsync();
        await Host.WaitForContainerdAsync();
        (await DescribeAsync(pod)).GetProperty("state").GetString().ShouldBe("paused");

        var more = await StepPayer.BuyAsync(Host, body, 600);
        BirthIn(await Host.FetchAsync(more)).ShouldBe(born, "it is the same process");
        (await DescribeAsync(pod)).GetProperty("remainingSeconds").GetInt64().ShouldBeInRange(580, 600);
        Host.Ledger.IsBalanced.ShouldBeTrue();
    }

    [Fact]
    public async Task After_a_reboot_a_paused_pod_waits_and_is_started_anew_when_paid_for()
    {
        var body = SampleManifest.WithBirth(images.Hello).ToBody();
        var pod = await StepPayer.BuyAsync(Host, body, 40);
        var born = BirthIn(await Host.FetchAsync(pod));
        await BecomesAsync(pod, "paused");
        await Host.KillAsync();
        await Host.RemovePodsAsync();
        await Host.StartAsync();
        (await DescribeAsync(pod)).GetProperty("state").GetString().ShouldBe("paused");
        BirthIn(await Host.FetchAsync(await StepPayer.BuyAsync(Host, body, 600))).ShouldNotBe(born);
    }

    [Fact]
    public async Task A_container_that_ends_is_started_again_and_its_log_goes_on()
    {
        var manifest = new SampleManifest(images.Hello)
        {
            Debug = true,
            Command = ["sh", "-c", "echo begun; timeout 4 /bin/hello; echo no more; exit 3"],
        };
        var pod = await StepPayer.BuyAsync(Host, manifest.ToBody(), 600);
        await Deadline.UntilAsync(
            async () => ContainerOf(await DescribeAsync(pod)).GetProperty("restarts").GetInt32() >= 1
                && await GetAsync(pod) == HttpStatusCode.OK,
            "it serves again");
        var container = ContainerOf(await DescribeAsync(pod));
        container.GetProperty("lastEnd").GetProperty("exitCode").GetInt32().ShouldBe(3);
        var logs = (await Host.Http.GetStringAsync($"/pods/{HashOf(pod)}/logs")).Split('\n');
        logs.Count(line => line == "app stdout begun").ShouldBeGreaterThan(1);
        logs.ShouldContain(
            ".host stderr container app ended with exit code 3 (Error); it is started again in 1 s");
    }

    private static long AmountOf(JsonElement settled, string name) =>
        long.Parse(settled.GetProperty(name).GetProperty("amount").GetString()!);

    private static string BirthIn(string page) =>
        page.Split('\n').Single(line => line.StartsWith("BORN=", StringComparison.Ordinal));

    private static string HashOf(JsonElement pod) => pod.GetProperty("manifestHash").GetString()!;

    private static JsonElement ContainerOf(JsonElement pod) => pod.GetProperty("containers")[0];

    private Task<JsonElement> DescribeAsync(JsonElement pod) => Host.GetJsonAsync($"/pods?manifestHash={HashOf(pod)}");

    private async Task<HttpStatusCode> GetAsync(JsonElement pod) =>
        (await Host.Http.GetAsync(new Uri(pod.GetProperty("url").GetString()!))).StatusCode;

    private Task BecomesAsync(JsonElement pod, string state) => Deadline.UntilAsync(
        async () => (await DescribeAsync(pod)).GetProperty("state").GetString() == state,
        $"it is {state}",
        TimeSpan.FromSeconds(60));
}
