using System.Text.Json;
using System.Text.Json.Nodes;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>What is bought, for how much, and what is not sold.</summary>
public sealed class ResourceTests(Images images)
{
    private const string AnHour = "/pods?duration=3600";
    private const long PriceOfSmall = 13_698_631;

    private static readonly Dictionary<string, string> Tiny = new()
    {
        ["Machines:Classes:tiny:CostPerMonth"] = "5",
        ["Machines:Classes:tiny:VirtualCpus"] = "0.5",
        ["Machines:Classes:tiny:MemoryMiB"] = "128",
        ["Machines:Classes:tiny:DiskMiB"] = "32",
        ["Machines:Classes:tiny:LogMiB"] = "1",
    };

    [Theory]
    [InlineData("runc")]
    [InlineData("runsc")]
    public async Task A_pod_gets_the_machine_that_its_manifest_names_for_the_price_of_that(string handler)
    {
        const long Mebi = 1024 * 1024;
        const string Fill =
            "dd if=/dev/zero of=/big bs=1048576 count=100 2> /dev/null || echo the disk is full; exec /bin/hello";
        await using var host = await CodiusHost.StartAsync(new HostSettings { Handler = handler, Others = Tiny });
        var machine = (await host.GetJsonAsync("/info")).GetProperty("machines").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "tiny");
        machine.GetProperty("diskBytes").GetInt64().ShouldBe(32 * Mebi);
        machine.GetProperty("costPerMonth").GetDecimal().ShouldBe(5);

        var manifest = new SampleManifest(images.Hello) { Command = ["sh", "-c", Fill], Debug = true };
        var body = BodyFor("tiny", manifest);
        (await QuoteAsync(host, body)).ShouldBe((PriceOfSmall / 2) + 1);
        var pod = await StepPayer.BuyAsync(host, body, 3600);
        host.Ledger.Received.ShouldBe((PriceOfSmall / 2) + 1);
        (await host.FetchAsync(pod)).ShouldContain("Hello from");
        var hash = pod.GetProperty("manifestHash").GetString();
        (await host.Http.GetStringAsync($"/pods/{hash}/logs")).ShouldContain("the disk is full");
        var usage = (await host.GetJsonAsync($"/pods?manifestHash={hash}")).GetProperty("usage");
        usage.GetProperty("diskBytes").GetInt64().ShouldBeInRange(28 * Mebi, 36 * Mebi);
    }

    [Fact]
    public async Task What_is_not_there_or_not_wanted_is_refused_before_any_money()
    {
        await using var host = await CodiusHost.StartAsync(new HostSettings
        {
            Others = new Dictionary<string, string>(Tiny)
            {
                ["Machines:Classes:huge:CostPerMonth"] = "1000",
                ["Machines:Classes:huge:MemoryMiB"] = "8388608",
                ["Admission:Deny:0"] = "docker.io/miners/*",
            },
        });
        var (status, message) = await PostAsync(host, BodyFor("huge", new SampleManifest(images.Hello)));
        status.ShouldBe(503);
        message.ShouldContain("Memory usage exceeded");

        (status, message) = await PostAsync(host, BodyFor("giant", new SampleManifest(images.Hello)));
        status.ShouldBe(400);
        message.ShouldContain("must be one of: huge, small, tiny");

        var miner = new SampleManifest("miners/coins@sha256:" + new string('1', 64));
        (status, message) = await PostAsync(host, miner.ToBody());
        status.ShouldBe(403);
        message.ShouldContain("the operator of this host refuses the image docker.io/miners/coins");
        host.Ledger.Received.ShouldBe(0);
    }

    [Fact]
    public async Task Prices_in_a_currency_follow_its_rate_and_a_quote_holds()
    {
        using var source = new RateSource();
        await using var host = await CodiusHost.StartAsync(new HostSettings
        {
            Others = new Dictionary<string, string>
            {
                ["Rates:Currency"] = "USD",
                ["Rates:Url"] = source.Url,
                ["Rates:Pointer"] = "/data/amount",
                ["Rates:RefreshInterval"] = "00:00:01",
            },
        });
        var body = new SampleManifest(images.Hello).ToBody();
        var (status, message) = await PostAsync(host, body);
        status.ShouldBe(503);
        message.ShouldContain("prices of this host are in USD");

        source.Rate = "2";
        await Deadline.UntilAsync(async () => await CostAsync(host) == 5, "the rate is known");
        (await QuoteAsync(host, body)).ShouldBe((PriceOfSmall / 2) + 1);
        source.Rate = "0.25";
        await Deadline.UntilAsync(async () => await CostAsync(host) == 40, "the rate has moved");
        // Whoever was told the lower price may come now.
        await StepPayer.BuyAsync(host, body, 3600);
        host.Ledger.Received.ShouldBe((PriceOfSmall / 2) + 1);
    }

    private static string BodyFor(string machine, SampleManifest manifest)
    {
        var json = manifest.ToJson();
        json["machine"] = machine;
        return new JsonObject { ["manifest"] = json }.ToJsonString();
    }

    private static async Task<decimal?> CostAsync(CodiusHost host) =>
        (await host.GetJsonAsync("/info")).TryGetProperty("costPerMonth", out var cost)
        && cost.ValueKind == JsonValueKind.Number
            ? cost.GetDecimal()
            : null;

    private static async Task<long> QuoteAsync(CodiusHost host, string body)
    {
        var (status, answer) = await SendAsync(host, HttpMethod.Options, body);
        status.ShouldBe(200, answer);
        return long.Parse(JsonElement.Parse(answer).GetProperty("price").GetString()!);
    }

    private static Task<(int Status, string Answer)> PostAsync(CodiusHost host, string body) =>
        SendAsync(host, HttpMethod.Post, body);

    private static async Task<(int Status, string Answer)> SendAsync(CodiusHost host, HttpMethod method, string body)
    {
        using var request = new HttpRequestMessage(method, AnHour)
        {
            Content = new StringContent(body, mediaType: new("application/json")),
        };
        request.Headers.Add("Pay-Token", Convert.ToBase64String(Guid.NewGuid().ToByteArray()));
        using var answer = await host.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
