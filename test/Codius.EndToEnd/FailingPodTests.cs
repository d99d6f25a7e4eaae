using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Peers;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>Pods that do not come up: a clear answer, no money, and nothing left of them.</summary>
public sealed class FailingPodTests(ImpatientHost fixture, Images images) : IClassFixture<ImpatientHost>
{
    // Some dozen packets. A sender that is not told to stop sends thousands in the same time.
    private const long FewBytes = 32 * 1024;

    private CodiusHost Host => fixture.Host;

    [Theory]
    [InlineData("code 7 before the pod was ready. Its last output: last words", "sh", "-c", "echo last words; exit 7")]
    [InlineData("no-such-program", "no-such-program")]
    [InlineData("not ready in the time", "sh", "-c", "echo deaf; sleep 1000")]
    public async Task Nothing_is_paid_for_a_pod_that_is_not_ready_and_nothing_is_left_of_it(
        string why, params string[] command)
    {
        var before = await Host.LeftoversAsync();
        await using var relay = new CountingRelay(Host.Settings.PlayMoneyPort);
        var answer = await IlpFetch.RequestAsync(
            Request(images.Hello, command) with { BtpUrl = $"btp+ws://:relayed@127.0.0.1:{relay.Port}" },
            TimeSpan.FromSeconds(60));

        answer.Price.ShouldBe(0UL, answer.Body);
        answer.Status.ShouldBeInRange(400, 599);
        answer.Json.GetProperty("moneyMoved").GetString().ShouldBe("0");
        answer.Json.GetProperty("message").GetString()!.ShouldContain(why);
        answer.Json.GetProperty("blame").GetString().ShouldBe("pod");
        relay.Bytes.ShouldBeInRange(1, FewBytes);
        Host.Ledger.Received.ShouldBe(0);
        await Host.ShouldHaveLeftNothingAsync(before);
    }

    [Fact]
    public async Task An_image_that_nobody_has_is_refused_before_money_is_asked_for()
    {
        var before = await Host.LeftoversAsync();
        await using var payer = await StepPayer.ConnectAsync(Host);
        var unknown = $"{images.Registry}/nothing@sha256:{new string('0', 64)}";
        var answer = await payer.PayAsync("/pods?duration=60", new SampleManifest(unknown).ToBody());
        ((int)answer.StatusCode).ShouldBe(422);
        payer.Stream!.PeerReceiveMax.GetValueOrDefault().ShouldBe(0UL);
        payer.Sent.ShouldBe(0UL);
        await Host.ShouldHaveLeftNothingAsync(before);
    }

    [Fact]
    public async Task A_pod_that_never_listens_can_be_uploaded_again_and_again_for_nothing_and_leaves_nothing()
    {
        var before = await Host.LeftoversAsync();
        var body = new SampleManifest(images.Hello) { Command = ["sleep", "1000"] }.ToBody();
        for (var i = 0; i < 5; i++)
        {
            await using var payer = await StepPayer.ConnectAsync(Host);
            var answer = await payer.PayAsync("/pods?duration=60", body);
            ((int)answer.StatusCode).ShouldBe(504, await answer.Content.ReadAsStringAsync());
            payer.Sent.ShouldBe(0UL);
        }

        Host.Ledger.Received.ShouldBe(0);
        await Host.ShouldHaveLeftNothingAsync(before);
        (await Host.GetJsonAsync("/info")).GetProperty("runningContracts").GetInt32().ShouldBe(0);
    }

    private IlpFetchRequest Request(string image, params string[] command) =>
        new("POST", new Uri(Host.Url, "/pods?duration=60"))
        {
            Body = new SampleManifest(image) { Command = command }.ToBody(),
            BtpUrl = Host.BtpUrl("payer"),
            MaxPrice = 1_000_000,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" },
        };
}
