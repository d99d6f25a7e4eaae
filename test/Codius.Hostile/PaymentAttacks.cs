using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Hostile.Machines;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(HostUnderRunc.Name)]
public sealed class RuncPayments(RuncHost host) : PaymentAttacks(host);

[Trait("Suite", "hostile")]
[Collection(HostUnderGvisor.Name)]
public sealed class GvisorPayments(GvisorHost host) : PaymentAttacks(host);

/// <summary>
/// Payers who want more than they pay for, and thieves who want what others paid for. The control of each is who does
/// the same by right: he gets it.
/// </summary>
public abstract class PaymentAttacks(HostileHost host)
{
    private const long PriceOfTenMinutes = 2_283_106;
    private const string TenMinutes = "/pods?duration=600";
    private const string Capability = "Pod-Capability";

    private CodiusHost Host => host.Host;

    [Fact]
    public async Task A_token_that_was_seen_on_the_way_buys_a_thief_nothing()
    {
        var (body, thieves) = (NewBody(), NewBody());
        await using var payer = await StepPayer.ConnectAsync(Host);
        await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body));
        await using var thief = await StepPayer.ConnectAsync(Host, payer.Token);
        (await StatusOfAsync(thief, thieves)).ShouldBe(402);
        payer.Sent.ShouldBe(0UL);

        (await StatusOfAsync(payer, body)).ShouldBe(200);
        (await StatusOfAsync(thief, thieves)).ShouldBe(409);
        (await IsReachableAsync(thieves)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_that_was_spent_buys_nothing_else()
    {
        await using var payer = await StepPayer.ConnectAsync(Host);
        ((int)(await payer.PayAsync(TenMinutes, NewBody())).StatusCode).ShouldBe(200);
        var ledger = Host.Ledger;
        var other = NewBody();
        (await StatusOfAsync(payer, other)).ShouldBe(409);
        var longer = await payer.RequestAsync("/pods?duration=601", other);
        ((int)longer.StatusCode).ShouldBe(409);
        (await IsReachableAsync(other)).ShouldBeFalse();
        Host.Ledger.ShouldBe(ledger);
    }

    [Fact]
    public async Task A_request_that_is_sent_again_by_a_thief_tells_him_no_secret_and_costs_nobody_anything()
    {
        var body = NewBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        var bought = await payer.PayAsync(TenMinutes, body);
        bought.Headers.Contains(Capability).ShouldBeTrue();
        var ledger = Host.Ledger;
        await using var thief = await StepPayer.ConnectAsync(Host, payer.Token);
        var again = await thief.RequestAsync(TenMinutes, body);
        ((int)again.StatusCode).ShouldBe(200);
        again.Headers.Contains(Capability).ShouldBeFalse();
        again.Headers.Contains("Pay-Credit").ShouldBeFalse();
        Host.Ledger.ShouldBe(ledger);
    }

    [Fact]
    public async Task A_credit_is_spent_once_also_by_many_at_once()
    {
        var credit = await CreditOfAsync(PriceOfTenMinutes - 1);
        var ledger = Host.Ledger;
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SpendAsync(credit)));
        answers.Count(status => status == 200).ShouldBeInRange(1, 5);
        // Whoever came too late has paid in full himself, or has got nothing.
        var now = Host.Ledger;
        (ledger.Credited - now.Credited).ShouldBeLessThanOrEqualTo(PriceOfTenMinutes - 1);
        (now.Held - ledger.Held).ShouldBe(answers.Count(status => status == 200) * PriceOfTenMinutes);
        now.IsBalanced.ShouldBeTrue();

        async Task<int> SpendAsync(string secret)
        {
            await using var payer = await StepPayer.ConnectAsync(Host);
            payer.Credit = secret;
            return (int)(await payer.PayAsync(TenMinutes, NewBody())).StatusCode;
        }
    }

    [Fact]
    public async Task A_credit_that_somebody_made_up_is_worth_nothing()
    {
        await using var liar = await StepPayer.ConnectAsync(Host);
        liar.Credit = new string('A', 22);
        ((int)(await liar.PayAsync(TenMinutes, NewBody(), sendMax: 1)).StatusCode).ShouldBe(402);

        await using var honest = await StepPayer.ConnectAsync(Host);
        honest.Credit = await CreditOfAsync(PriceOfTenMinutes - 1);
        ((int)(await honest.PayAsync(TenMinutes, NewBody(), sendMax: 1)).StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task One_unit_too_little_buys_nothing_and_is_not_lost()
    {
        var (ledger, body) = (Host.Ledger, NewBody());
        await using var payer = await StepPayer.ConnectAsync(Host);
        var answer = await payer.PayAsync(TenMinutes, body, sendMax: PriceOfTenMinutes - 1);
        ((int)answer.StatusCode).ShouldBe(402);
        (await IsReachableAsync(body)).ShouldBeFalse();
        Host.Ledger.ShouldBe(ledger.AfterCredit(PriceOfTenMinutes - 1));

        await using var other = await StepPayer.ConnectAsync(Host);
        ((int)(await other.PayAsync(TenMinutes, body, sendMax: PriceOfTenMinutes)).StatusCode).ShouldBe(200);
        (await IsReachableAsync(body)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_pod_that_is_not_paid_for_is_never_reachable()
    {
        var body = NewBody();
        await using var payer = await StepPayer.ConnectAsync(Host);
        await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body), sendMax: 0);
        var answer = payer.RequestAsync(TenMinutes, body);
        while (!answer.IsCompleted)
            (await IsReachableAsync(body)).ShouldBeFalse();
        ((int)(await answer).StatusCode).ShouldBe(402);

        await using var other = await StepPayer.ConnectAsync(Host);
        ((int)(await other.PayAsync(TenMinutes, body)).StatusCode).ShouldBe(200);
        (await IsReachableAsync(body)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("600&duration=1")]
    [InlineData("1&duration=600")]
    [InlineData("%2b600")]
    [InlineData("600.0")]
    [InlineData("6e2")]
    [InlineData("-600")]
    [InlineData("600%00")]
    [InlineData("%EF%BC%96%EF%BC%90%EF%BC%90")]
    [InlineData("18446744073709552216")]
    public async Task A_duration_that_can_be_read_in_two_ways_is_refused(string duration)
    {
        await using var payer = await StepPayer.ConnectAsync(Host);
        var body = NewBody();
        ((int)(await payer.RequestAsync("/pods?duration=" + duration, body)).StatusCode).ShouldBe(400);
        ((int)(await payer.RequestAsync(TenMinutes, body)).StatusCode).ShouldBe(402);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("another secret")]
    [InlineData("the token")]
    [InlineData("the secret of somebody who paid later")]
    public async Task A_stranger_neither_ends_a_pod_nor_reads_its_logs(string brought)
    {
        var (body, ledger) = (NewBody(), Host.Ledger);
        await using var payer = await StepPayer.ConnectAsync(Host);
        var bought = await payer.PayAsync(TenMinutes, body);
        var hash = JsonElement.Parse(await bought.Content.ReadAsStringAsync()).GetProperty("manifestHash").GetString()!;
        var secret = brought switch
        {
            "nothing" => null,
            "another secret" => new string('A', 43),
            "the token" => payer.Token,
            _ => await SecretOfAnotherPayerAsync(body),
        };
        ((int)(await AskAsync(HttpMethod.Get, $"/pods/{hash}/logs", secret)).StatusCode).ShouldBe(403);
        await AskAsync(HttpMethod.Delete, $"/pods/{hash}", secret);
        (await IsReachableAsync(body)).ShouldBeTrue();
        Host.Ledger.Held.ShouldBeGreaterThan(ledger.Held);

        var own = bought.Headers.GetValues(Capability).Single();
        ((int)(await AskAsync(HttpMethod.Get, $"/pods/{hash}/logs", own)).StatusCode).ShouldBe(200);
        ((int)(await AskAsync(HttpMethod.Delete, $"/pods/{hash}", own)).StatusCode).ShouldBe(200);
        (await IsReachableAsync(body)).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_floods_without_paying_is_held_back_whatever_he_says_his_address_is()
    {
        const int Requests = 16;
        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(async i =>
        {
            await using var payer = await StepPayer.ConnectAsync(Host);
            var body = NewBody();
            await payer.FollowAsync(await payer.RequestAsync(TenMinutes, body), sendMax: 0);
            using var request = new HttpRequestMessage(HttpMethod.Post, TenMinutes) { Content = Json(body) };
            request.Headers.Add("Pay-Token", payer.Token);
            request.Headers.Add("X-Forwarded-For", $"11.22.33.{i}");
            return (int)(await Host.Http.SendAsync(request)).StatusCode;
        }));
        answers.Count(status => status == 429).ShouldBeGreaterThanOrEqualTo(Requests / 4);

        // Alone each of them is waited for until his time to pay is over.
        await using var alone = await StepPayer.ConnectAsync(Host);
        ((int)(await alone.PayAsync(TenMinutes, NewBody(), sendMax: 0)).StatusCode).ShouldBe(402);
    }

    private string NewBody() => new SampleManifest(host.Image).ToBody();

    private static async Task<int> StatusOfAsync(StepPayer payer, string body) =>
        (int)(await payer.RequestAsync(TenMinutes, body)).StatusCode;

    private static StringContent Json(string body) =>
        new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    /// <summary>Whether the world reaches the pod of an upload.</summary>
    private async Task<bool> IsReachableAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, TenMinutes) { Content = Json(body) };
        using var quote = await Host.Http.SendAsync(request);
        var hash = JsonElement.Parse(await quote.Content.ReadAsStringAsync()).GetProperty("manifestHash").GetString()!;
        using var answer = await Host.Http.GetAsync(new Uri($"http://{hash}.localhost:{Host.Settings.Port}/"));
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>The secret of a credit, which comes of paying too little.</summary>
    private async Task<string> CreditOfAsync(long amount)
    {
        await using var payer = await StepPayer.ConnectAsync(Host);
        var answer = await payer.PayAsync(TenMinutes, NewBody(), sendMax: (ulong)amount);
        return answer.Headers.GetValues("Pay-Credit").Single();
    }

    private async Task<string> SecretOfAnotherPayerAsync(string body)
    {
        await using var other = await StepPayer.ConnectAsync(Host);
        return (await other.PayAsync(TenMinutes, body)).Headers.GetValues(Capability).Single();
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? secret)
    {
        using var request = new HttpRequestMessage(method, path);
        if (secret is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return await Host.Http.SendAsync(request);
    }
}
