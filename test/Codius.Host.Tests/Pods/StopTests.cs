using System.Net;
using System.Text.Json;
using Codius.Core.Leases;
using Codius.Host.Tests.Payments;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

/// <summary>DELETE /pods/{hash}, with real payments in and out.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private const long Price = (long)SellingHost.PriceOfTenMinutes;
    private SellingHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SellingHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_was_not_used_is_a_credit_of_a_payer_who_takes_nothing_back()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        var answer = await JsonAsync(await pod.StopAsync(pod.Capability));
        answer.GetProperty("ended").GetBoolean().ShouldBeTrue();
        var (earned, returned, credited) = Settled(answer);
        returned.ShouldBe(0);
        credited.ShouldBeGreaterThan(Price * 9 / 10);
        (earned + credited).ShouldBe(Price);
        await _host.PodsShouldBecomeAsync(0);
        (await _host.BalancesAsync()).Credited.ShouldBe(credited);
        (await _host.Http.GetAsync(pod.Path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_was_not_used_goes_back_over_the_connection_that_paid_if_it_is_there_and_takes_it()
    {
        var payer = _host.CreatePayer();
        payer.TakesBack = true;
        var pod = await _host.BuyOwnedAsync(_host.Manifest(), payer: payer);
        var (earned, returned, credited) = Settled(await JsonAsync(await pod.StopAsync(pod.Capability)));
        credited.ShouldBe(0);
        (earned + returned).ShouldBe(Price);
        payer.Stream!.TotalReceived.ShouldBe((ulong)returned);
        (await _host.BalancesAsync()).Returned.ShouldBe(returned);
    }

    [Fact]
    public async Task A_payer_who_has_left_can_connect_again_to_get_it_back()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        var answer = await JsonAsync(await WithTokenAsync(pod, pod.Capability));
        var (earned, returned, credited) = Settled(answer);
        credited.ShouldBe(0);
        (earned + returned).ShouldBe(Price);
        (await _host.BalancesAsync()).Returned.ShouldBe(returned);
    }

    [Fact]
    public async Task The_same_again_is_told_the_same_also_after_a_restart()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        var first = await (await pod.StopAsync(pod.Capability)).Content.ReadAsStringAsync();
        (await (await pod.StopAsync(pod.Capability)).Content.ReadAsStringAsync()).ShouldBe(first);
        await _host.RestartAsync();
        (await (await pod.StopAsync(pod.Capability)).Content.ReadAsStringAsync()).ShouldBe(first);
        (await _host.BalancesAsync()).Received.ShouldBe(Price);
    }

    [Fact]
    public async Task Without_a_right_nothing_is_ended()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        (await pod.StopAsync(null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await pod.StopAsync(CapabilitySecret.New().Value)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await pod.StopAsync("short")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _host.SendAsync(HttpMethod.Delete, "/pods/nonsense", pod.Capability))
            .StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _host.SendAsync(HttpMethod.Delete, $"/pods/{new string('a', 52)}", pod.Capability))
            .StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await pod.StateAsync()).ShouldBe("running");
    }

    [Fact]
    public async Task A_later_payer_takes_back_his_own_time_and_the_pod_goes_on()
    {
        var first = await _host.BuyOwnedAsync(_host.Manifest());
        var second = await _host.BuyOwnedAsync(_host.Manifest());
        var answer = await JsonAsync(await second.StopAsync(second.Capability));
        answer.GetProperty("ended").GetBoolean().ShouldBeFalse();
        answer.GetProperty("expiry").GetString().ShouldBe(first.Sold.GetProperty("expiry").GetString());
        Settled(answer).ShouldBe((0, 0, Price));
        (await first.StateAsync()).ShouldBe("running");
        (await first.DescribeAsync()).GetProperty("expiry").GetString()
            .ShouldBe(first.Sold.GetProperty("expiry").GetString());
    }

    [Fact]
    public async Task A_pod_is_described_with_what_it_uses_and_has_left()
    {
        var pod = await (await _host.BuyOwnedAsync(_host.Manifest())).DescribeAsync();
        pod.GetProperty("state").GetString().ShouldBe("running");
        pod.GetProperty("remainingSeconds").GetInt64().ShouldBeInRange(590, 600);
        pod.GetProperty("expiresSoon").GetBoolean().ShouldBeFalse();
        pod.GetProperty("usage").GetProperty("memoryBytes").GetInt64().ShouldBeGreaterThan(0);
        var container = pod.GetProperty("containers")[0];
        container.GetProperty("name").GetString().ShouldBe("app");
        container.GetProperty("restarts").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_paused_pod_says_how_it_is_woken()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest(), seconds: 3);
        await Codius.Testing.Processes.Deadline.UntilAsync(
            async () => await pod.StateAsync() == "paused", "the pod should be paused");
        (await pod.DescribeAsync()).GetProperty("pausedUntil").GetDateTimeOffset().ShouldBeGreaterThan(
            pod.Sold.GetProperty("expiry").GetDateTimeOffset());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = $"{pod.Hash}.host.example";
        using var refused = await _host.Http.SendAsync(request);
        refused.StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("goes on when somebody pays");
        await _host.BuyAsync(_host.Manifest());
        (await pod.StateAsync()).ShouldBe("running");
    }

    private async Task<HttpResponseMessage> WithTokenAsync(OwnedPod pod, string capability)
    {
        var payee = _host.CreatePayer();
        (payee.TakesBack, payee.Bearer) = (true, capability);
        var challenge = await payee.RequestAsync(HttpMethod.Delete, $"/pods/{pod.Hash}", null);
        await payee.ConnectAsync(challenge, sendMax: Price);
        return await payee.RequestAsync(HttpMethod.Delete, $"/pods/{pod.Hash}", null);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static (long Earned, long Returned, long Credited) Settled(JsonElement answer)
    {
        var settled = answer.GetProperty("settled")[0];
        return (Amount("earned"), Amount("returned"), Amount("credited"));

        long Amount(string name) => long.Parse(settled.GetProperty(name).GetString()!);
    }
}
