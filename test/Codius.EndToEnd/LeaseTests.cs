using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>What a lease buys, and its end.</summary>
public sealed class LeaseTests(PlayMoneyHost fixture, Images images) : IClassFixture<PlayMoneyHost>
{
    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task A_lease_ends_on_time_is_earned_and_leaves_nothing()
    {
        await Host.ImportAsync(images.Sample);
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        // An imported image, which no registry has.
        var pod = await BuyAsync(new SampleManifest($"{images.Sample.Name}@{images.Sample.Digest}").ToBody(), 6);
        var url = new Uri(pod.GetProperty("url").GetString()!);
        var expiry = pod.GetProperty("expiry").GetDateTimeOffset();
        (await Host.Http.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await Deadline.UntilAsync(
            async () => await TryGetAsync(url) == HttpStatusCode.PaymentRequired, "it is over");
        (DateTimeOffset.UtcNow - expiry).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await Deadline.UntilAsync(
            async () => (await Host.Http.GetAsync(url)).StatusCode == HttpStatusCode.NotFound, "the pod is not found");
        (DateTimeOffset.UtcNow - expiry).ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        await Host.ShouldHaveLeftNothingAsync(before);
        var price = Host.Ledger.Earned - ledger.Earned;
        price.ShouldBe(22_832);
        Host.Ledger.ShouldBe(ledger with { Received = ledger.Received + price, Earned = ledger.Earned + price });
    }

    [Fact]
    public async Task Whoever_waits_for_a_pod_is_told_when_its_time_is_over()
    {
        var silent = new SampleManifest(images.Hello)
        {
            Command = ["sh", "-c", "exec nc -ll -p 8080 -e sleep 1000"],
        };
        var pod = await BuyAsync(silent.ToBody(), 6);
        using var answer = await Host.Http.GetAsync(new Uri(pod.GetProperty("url").GetString()!));
        answer.StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        (DateTimeOffset.UtcNow - pod.GetProperty("expiry").GetDateTimeOffset())
            .ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Two_manifests_are_bought_at_once()
    {
        var pods = await Task.WhenAll(
            BuyAsync(new SampleManifest(images.Hello).ToBody(), 600),
            BuyAsync(new SampleManifest(images.Hello).ToBody(), 600));
        var names = await Task.WhenAll(pods.Select(pod => Host.FetchAsync(pod)));
        names[0].ShouldNotBe(names[1]);
        Host.Ledger.IsBalanced.ShouldBeTrue();
    }

    [Fact]
    public async Task Containers_of_a_pod_talk_over_localhost()
    {
        var manifest = new SampleManifest(images.Hello)
        {
            Debug = true,
            Command = ["sh", "-c", "until wget -q -O - http://127.0.0.1:9090/; do sleep 0.1; done; exec /bin/hello"],
        }.ToJson();
        manifest["containers"]!.AsArray().Add(new JsonObject
        {
            ["id"] = "back",
            ["image"] = images.Hello,
            ["environment"] = new JsonObject { ["PORT"] = "9090", ["WHO"] = "the other container" },
        });
        var pod = await BuyAsync(new JsonObject { ["manifest"] = manifest }.ToJsonString(), 600);
        (await Host.FetchAsync(pod)).ShouldContain("Hello from");
        var logs = await Host.Http.GetStringAsync($"/pods/{pod.GetProperty("manifestHash").GetString()}/logs");
        logs.ShouldContain("app stdout WHO=the other container");
    }

    [Fact]
    public async Task A_private_variable_reaches_the_pod_and_nobody_else()
    {
        const string Secret = "a value that only the pod may see 7f3b";
        using var project = new Project(
            new SampleManifest(images.Hello)
            {
                Environment = new Dictionary<string, string> { ["SECRET"] = "$SECRET", ["OPEN"] = "$OPEN" },
            }.ToJson(),
            new JsonObject
            {
                ["public"] = new JsonObject { ["OPEN"] = new JsonObject { ["value"] = "for all to see" } },
                ["private"] = new JsonObject { ["SECRET"] = new JsonObject { ["value"] = Secret } },
            });
        var (code, bought) = await new CodiusCli(project).RunJsonAsync(
            "upload", "--host", $"{Host.Url}", "--duration", "600", "-y", "--debug", "--btp", Host.BtpUrl("buyer"));
        code.ShouldBe(0, bought.ToString());

        var served = await Host.FetchAsync(bought);
        served.ShouldContain($"SECRET={Secret}");
        served.ShouldContain("OPEN=for all to see");
        var hash = bought.GetProperty("manifestHash").GetString();
        (await Host.Http.GetStringAsync($"/pods?manifestHash={hash}")).ShouldNotContain(Secret);
        Host.Lines.ShouldNotContain(line => line.Contains(Secret));
        var store = Directory.EnumerateFiles(Host.Settings.RootDirectory, "codius.db*");
        foreach (var file in store.Where(file => !file.EndsWith(".lock")))
            (await ReadAsync(file)).ShouldNotContain(Secret);

        await Host.KillAsync();
        await Host.RemovePodsAsync();
        await Host.StartAsync();
        await Deadline.UntilAsync(
            async () => (await Host.Http.GetAsync(UrlOf(bought))).IsSuccessStatusCode, "the pod was started again");
        (await Host.FetchAsync(bought)).ShouldContain($"SECRET={Secret}");
    }

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private static Uri UrlOf(JsonElement pod) => new(pod.GetProperty("url").GetString()!);

    /// <summary>Null where the answer was cut off, as one is that the pod was sending when its time was over.</summary>
    private async Task<HttpStatusCode?> TryGetAsync(Uri url)
    {
        try
        {
            using var answer = await Host.Http.GetAsync(url);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Task<JsonElement> BuyAsync(string body, int seconds) => StepPayer.BuyAsync(Host, body, seconds);
}
