using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>Payers that do not do what they should.</summary>
public sealed class PaymentMistakeTests(ImpatientHost fixture, Images images) : IClassFixture<ImpatientHost>
{
    private const long PriceOfTenMinutes = 2_283_106;
    private const string TenMinutes = "/pods?duration=600";

    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task A_payer_that_pays_too_little_gets_a_credit_that_he_can_spend()
    {
        var ledger = Host.Ledger;
        var body = new SampleManifest(images.Hello).ToBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        var answer = await payer.PayAsync(TenMinutes, body, sendMax: 100_000);
        ((int)answer.StatusCode).ShouldBe(402);
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        error.GetProperty("credited").GetString().ShouldBe("100000");
        await payer.ShouldHaveSentAsync(100_000);
        Host.Ledger.ShouldBe(ledger.AfterCredit(100_000));

        await using var again = await StepPayer.ConnectAsync(Host);
        again.Credit = answer.Headers.GetValues("Pay-Credit").Single();
        ((int)(await again.PayAsync(TenMinutes, body)).StatusCode).ShouldBe(200);
        await again.ShouldHaveSentAsync(PriceOfTenMinutes - 100_000);
        Host.Ledger.ShouldBe(ledger.AfterSale(PriceOfTenMinutes));
    }

    [Fact]
    public async Task A_payer_that_pays_nothing_is_told_so_in_time()
    {
        await using var payer = await StepPayer.ConnectAsync(Host);
        var answer = await payer.PayAsync(TenMinutes, new SampleManifest(images.Hello).ToBody(), sendMax: 0);
        ((int)answer.StatusCode).ShouldBe(402);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Failed to get payment before timeout");
        answer.Headers.Contains("Pay").ShouldBeFalse();
    }

    [Fact]
    public async Task Ten_requests_at_once_with_one_token_are_one_purchase()
    {
        var ledger = Host.Ledger;
        var pods = await RunningPodsAsync();
        var body = new SampleManifest(images.Hello).ToBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => payer.RequestAsync(TenMinutes, body)));
        answers.ShouldAllBe(answer => (int)answer.StatusCode == 200);
        (await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct().Count().ShouldBe(1);
        await payer.ShouldHaveSentAsync(PriceOfTenMinutes);
        (await RunningPodsAsync()).ShouldBe(pods + 1);

        ((int)(await payer.RequestAsync(TenMinutes, body)).StatusCode).ShouldBe(200);
        Host.Ledger.ShouldBe(ledger.AfterSale(PriceOfTenMinutes));
    }

    [Fact]
    public async Task A_token_that_was_seen_on_the_way_buys_a_thief_nothing()
    {
        var pods = await RunningPodsAsync();
        var body = new SampleManifest(images.Hello).ToBody();
        var thieves = new SampleManifest(images.Hello).ToBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body));

        // The owner is connected and ready to pay. The thief is asked for money of his own.
        await using var thief = await StepPayer.ConnectAsync(Host, payer.Token);
        ((int)(await thief.RequestAsync(TenMinutes, thieves)).StatusCode).ShouldBe(402);
        payer.Sent.ShouldBe(0UL);
        ((int)(await payer.RequestAsync(TenMinutes, body)).StatusCode).ShouldBe(200);
        await payer.ShouldHaveSentAsync(PriceOfTenMinutes);
        ((int)(await thief.RequestAsync(TenMinutes, thieves)).StatusCode).ShouldBe(409);
        (await RunningPodsAsync()).ShouldBe(pods + 1);
    }

    [Fact]
    public async Task A_payer_that_is_killed_while_his_pod_starts_pays_nothing_and_leaves_nothing()
    {
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        await using var fetch = await IlpFetch.StartAsync(new IlpFetchRequest("POST", new Uri(Host.Url, TenMinutes))
        {
            Body = new SampleManifest(images.Hello) { Command = ["sleep", "1000"] }.ToBody(),
            BtpUrl = Host.BtpUrl("killed"),
            MaxPrice = 3_000_000,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" },
        });
        await Deadline.UntilAsync(
            async () => (await Host.LeftoversAsync()).Tasks > before.Tasks, "the pod is being started");
        await fetch.Program.KillAsync();
        await Host.ShouldHaveLeftNothingAsync(before);
        Host.Ledger.ShouldBe(ledger);
    }

    private async Task<int> RunningPodsAsync() =>
        (await Host.GetJsonAsync("/info")).GetProperty("runningContracts").GetInt32();
}
