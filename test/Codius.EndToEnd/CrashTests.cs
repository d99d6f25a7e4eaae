using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>
/// Lives of a host that end at bad moments. What the payers sent is never more than what the host has received, and the
/// next life goes on where the last one was.
/// </summary>
public sealed class CrashTests(PlayMoneyHost fixture, Images images) : IClassFixture<PlayMoneyHost>
{
    private const long PriceOfTenMinutes = 2_283_106;

    private CodiusHost Host => fixture.Host;

    [Fact]
    public async Task A_pod_runs_on_while_its_host_is_killed_and_the_next_life_takes_it_over()
    {
        var pod = await BuyAsync(SampleManifest.WithBirth(images.Hello).ToBody(), 600);
        var birth = await BirthAsync(pod);
        var before = Host.Ledger;
        await Host.KillAsync();
        await Host.StartAsync();
        (await BirthAsync(pod)).ShouldBe(birth);
        (await ExpiryAsync(pod)).ShouldBe(pod.GetProperty("expiry").GetDateTimeOffset());
        Host.Ledger.ShouldBe(before);
        Host.Lines.ShouldContain(line => line.Contains("taken over"));
    }

    [Fact]
    public async Task A_pod_runs_on_while_its_host_is_stopped_in_good_order()
    {
        var pod = await BuyAsync(SampleManifest.WithBirth(images.Hello).ToBody(), 600);
        var birth = await BirthAsync(pod);
        (await Host.StopAsync()).ShouldBe(0);
        await Host.StartAsync();
        (await BirthAsync(pod)).ShouldBe(birth);
        await ExtendAsync(pod);
    }

    [Fact]
    public async Task A_host_that_is_killed_while_a_start_is_held_takes_nothing_and_leaves_nothing()
    {
        var before = await Host.LeftoversAsync();
        var ledger = Host.Ledger;
        await using var payer = await StepPayer.ConnectAsync(Host);
        var body = new SampleManifest(images.Hello) { Command = ["sleep", "1000"] }.ToBody();
        var buying = payer.PayAsync("/pods?duration=600", body);
        await Deadline.UntilAsync(
            async () => (await Host.LeftoversAsync()).Tasks >= before.Tasks + 2, "the pod is being started");
        await Host.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(buying);
        payer.Sent.ShouldBe(0UL);

        await Host.StartAsync();
        Host.Ledger.ShouldBe(ledger);
        await Host.ShouldHaveLeftNothingAsync(before);
    }

    [Fact]
    public async Task What_came_before_a_host_was_killed_is_a_credit_that_buys_the_pod_from_its_next_life()
    {
        var ledger = Host.Ledger;
        var body = new SampleManifest(images.Hello).ToBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        payer.Credit = "a-secret-of-the-payer-that-nobody-guesses";
        await payer.FollowAsync(await payer.RequestAsync("/pods?duration=600", body), sendMax: 100_000);
        var buying = payer.RequestAsync("/pods?duration=600", body);
        await Deadline.UntilAsync(() => payer.Sent == 100_000, "the first part is paid");
        await Host.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(buying);

        await Host.StartAsync();
        Host.Ledger.ShouldBe(ledger.AfterCredit(100_000));
        var repeated = await payer.RequestAsync("/pods?duration=600", body);
        repeated.IsSuccessStatusCode.ShouldBeFalse();
        (await repeated.Content.ReadAsStringAsync()).ShouldContain("restarted");

        await using var again = await StepPayer.ConnectAsync(Host);
        again.Credit = payer.Credit;
        var sold = await again.PayAsync("/pods?duration=600", body);
        ((int)sold.StatusCode).ShouldBe(200, await sold.Content.ReadAsStringAsync());
        await again.ShouldHaveSentAsync(PriceOfTenMinutes - 100_000);
        Host.Ledger.ShouldBe(ledger.AfterSale(PriceOfTenMinutes));
    }

    [Fact]
    public async Task Pods_serve_and_are_sold_after_containerd_was_killed()
    {
        var pod = await BuyAsync(SampleManifest.WithBirth(images.Hello).ToBody(), 600);
        var birth = await BirthAsync(pod);
        await Host.KillContainerdAsync();
        (await BirthAsync(pod)).ShouldBe(birth);
        await Host.WaitForContainerdAsync();
        var other = await BuyAsync(SampleManifest.WithBirth(images.Hello).ToBody(), 600);
        (await BirthAsync(other)).ShouldNotBe(birth);
        (await BirthAsync(pod)).ShouldBe(birth);
        Host.Ledger.IsBalanced.ShouldBeTrue();
    }

    [Fact]
    public async Task A_pod_whose_sandbox_has_died_is_started_again_and_loses_no_time()
    {
        var pod = await BuyAsync(SampleManifest.WithBirth(images.Hello).ToBody(), 600);
        var birth = await BirthAsync(pod);
        await Host.KillAsync();
        await Host.RemovePodsAsync();
        await Host.StartAsync();
        await Deadline.UntilAsync(
            async () => await TryBirthAsync(pod) is { } now && now != birth, "the pod serves again");
        (await ExpiryAsync(pod)).ShouldBeGreaterThanOrEqualTo(pod.GetProperty("expiry").GetDateTimeOffset());
        Host.Ledger.IsBalanced.ShouldBeTrue();
    }

    private Task<JsonElement> BuyAsync(string body, int seconds) => StepPayer.BuyAsync(Host, body, seconds);

    private async Task ExtendAsync(JsonElement pod)
    {
        await using var payer = await StepPayer.ConnectAsync(Host);
        var hash = pod.GetProperty("manifestHash").GetString();
        var answer = await payer.PayAsync($"/pods?manifestHash={hash}&duration=600", null, HttpMethod.Put);
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync());
        await payer.ShouldHaveSentAsync(PriceOfTenMinutes);
    }

    private async Task<DateTimeOffset> ExpiryAsync(JsonElement pod) =>
        (await Host.GetJsonAsync($"/pods?manifestHash={pod.GetProperty("manifestHash").GetString()}"))
            .GetProperty("expiry").GetDateTimeOffset();

    /// <summary>Another start of the same pod has another.</summary>
    private async Task<string> BirthAsync(JsonElement pod) => (await TryBirthAsync(pod)).ShouldNotBeNull();

    private async Task<string?> TryBirthAsync(JsonElement pod)
    {
        using var answer = await Host.Http.GetAsync(new Uri(pod.GetProperty("url").GetString()!));
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadAsStringAsync()).Split('\n').Single(line => line.StartsWith("BORN="))
            : null;
    }
}
