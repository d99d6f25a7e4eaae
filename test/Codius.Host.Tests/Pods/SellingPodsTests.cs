using System.Net;
using System.Text.Json;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Host.Payments;
using Codius.Host.Tests.Payments;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

public sealed class SellingPodsTests : IAsyncLifetime
{
    private const ulong Price = SellingHost.PriceOfTenMinutes;
    private SellingHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SellingHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_stranger_pays_and_a_pod_runs()
    {
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        var sold = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, sold.ToString());
        payer.Sent.ShouldBe(Price);
        sold.GetProperty("url").GetString().ShouldBe(
            $"http://{sold.GetProperty("manifestHash").GetString()}.host.example:3000/");
        _host.Runtime.Machine.Pods.Count.ShouldBe(1);
        _host.Runtime.Machine.IsCaged(_host.Runtime.Machine.Pods[0].Id).ShouldBeFalse();
        (await _host.BalancesAsync()).Held.ShouldBe((long)Price);
    }

    [Fact]
    public async Task Nothing_is_paid_before_the_pod_is_ready()
    {
        var gate = _host.Runtime.On(RuntimeOperation.Start).Close();
        var payer = _host.CreatePayer();
        var paying = payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        await gate.Reached;
        payer.Sent.ShouldBe(0UL);
        payer.Stream.ShouldNotBeNull();
        (await _host.BalancesAsync()).Received.ShouldBe(0);
        gate.Open();
        (await paying).StatusCode.ShouldBe(HttpStatusCode.OK);
        payer.Sent.ShouldBe(Price);
    }

    [Fact]
    public async Task A_request_may_come_before_its_payer()
    {
        var payer = _host.CreatePayer();
        var challenge = await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        challenge.Headers.GetValues("Pay-Early").ShouldBe(["1"]);
        payer.IsEarly = true;
        var paying = payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        await _host.UntilUnderWayAsync(payer, isUnderWay: true);
        await payer.ConnectAsync(challenge, Price);
        (await paying).StatusCode.ShouldBe(HttpStatusCode.OK);
        payer.Sent.ShouldBe(Price);
        (await _host.BalancesAsync()).Held.ShouldBe((long)Price);
    }

    [Fact]
    public async Task A_request_whose_payer_does_not_come_leaves_nothing()
    {
        var payer = _host.CreatePayer();
        payer.IsEarly = true;
        using var gone = new CancellationTokenSource();
        var paying = payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest(), gone.Token);
        await _host.UntilUnderWayAsync(payer, isUnderWay: true);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(paying);
        await _host.UntilUnderWayAsync(payer, isUnderWay: false);
        await _host.PodsShouldBecomeAsync(0);
    }

    [Fact]
    public async Task A_pod_that_does_not_start_costs_nothing_and_leaves_nothing()
    {
        _host.Runtime.On(RuntimeOperation.Start).FailNext(Failure.PodFailed("app cannot be executed"));
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        error.GetProperty("message").GetString().ShouldBe("app cannot be executed");
        error.GetProperty("moneyMoved").GetString().ShouldBe("0");
        payer.Sent.ShouldBe(0UL);
        (await payer.Connection!.Completion).ShouldNotBeNull();
        await _host.PodsShouldBecomeAsync(0);
        (await _host.BalancesAsync()).Received.ShouldBe(0);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_refused_before_money_is_asked_for()
    {
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest(image: "missing"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        payer.Stream!.PeerReceiveMax.GetValueOrDefault().ShouldBe(0UL);
        payer.Sent.ShouldBe(0UL);
    }

    [Fact]
    public async Task A_price_in_three_packets_is_paid_once()
    {
        var payer = _host.CreatePayer(maxPacketAmount: Price / 3);
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        payer.Sent.ShouldBe(Price);
        var balances = await _host.BalancesAsync();
        balances.Received.ShouldBe((long)Price);
        balances.Held.ShouldBe((long)Price);
        balances.Credited.ShouldBe(0);
    }

    [Fact]
    public async Task What_came_in_parts_for_a_pod_that_failed_is_a_credit_that_buys_the_next()
    {
        _host.Runtime.On(RuntimeOperation.Start).FailNext(Failure.PodFailed("no"));
        var payer = _host.CreatePayer(maxPacketAmount: Price / 3);
        var failed = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        var error = JsonElement.Parse(await failed.Content.ReadAsStringAsync());
        var credited = long.Parse(error.GetProperty("credited").GetString()!);
        credited.ShouldBe((long)payer.Sent);
        credited.ShouldBeGreaterThan(0);
        var secret = failed.Headers.GetValues("Pay-Credit").Single();

        var again = _host.CreatePayer();
        again.Credit = secret;
        (await again.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest()))
            .StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Sent.ShouldBe(Price - (ulong)credited);
        var balances = await _host.BalancesAsync();
        balances.Held.ShouldBe((long)Price);
        balances.Credited.ShouldBe(0);
    }

    [Fact]
    public async Task What_came_in_parts_for_a_pod_that_failed_goes_back_to_a_payer_that_takes_it()
    {
        _host.Runtime.On(RuntimeOperation.Start).FailNext(Failure.PodFailed("no"));
        var payer = _host.CreatePayer(maxPacketAmount: Price / 3);
        payer.TakesBack = true;
        var failed = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest(), Price * 2);
        var error = JsonElement.Parse(await failed.Content.ReadAsStringAsync());
        var parts = (long)payer.Sent;
        parts.ShouldBeGreaterThan(0);
        error.GetProperty("moneyMoved").GetString().ShouldBe(parts.ToString());
        error.GetProperty("refunded").GetString().ShouldBe(parts.ToString());
        error.TryGetProperty("credited", out _).ShouldBeFalse();
        payer.Stream!.TotalReceived.ShouldBe((ulong)parts);
        var balances = await _host.BalancesAsync();
        balances.Received.ShouldBe(parts);
        balances.Returned.ShouldBe(parts);
        balances.Credited.ShouldBe(0);
    }

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_and_pays_nothing()
    {
        var payer = _host.CreatePayer();
        var body = _host.Manifest();
        var first = await (await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", body))
            .Content.ReadAsStringAsync();
        var repeat = await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", body);
        (await repeat.Content.ReadAsStringAsync()).ShouldBe(first);
        repeat.Headers.Contains("Pay-Credit").ShouldBeFalse();
        await _host.RestartAsync();
        var later = _host.CreatePayer();
        later.Token = payer.Token;
        var afterRestart = await later.RequestAsync(HttpMethod.Post, "/pods?duration=600", body);
        (await afterRestart.Content.ReadAsStringAsync()).ShouldBe(first);
        (await _host.BalancesAsync()).Received.ShouldBe((long)Price);
    }

    [Fact]
    public async Task A_spent_token_pays_for_nothing_else()
    {
        var payer = _host.CreatePayer();
        await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        (await payer.RequestAsync(HttpMethod.Post, "/pods?duration=1200", _host.Manifest()))
            .StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest("another")))
            .StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_stolen_token_does_not_make_its_owner_pay_for_somebody_else()
    {
        var owner = _host.CreatePayer();
        var body = _host.Manifest("owned");
        await owner.ConnectAsync(await owner.RequestAsync(HttpMethod.Post, "/pods?duration=600", body), Price);
        var thief = _host.CreatePayer();
        thief.Token = owner.Token;
        (await thief.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest("stolen")))
            .StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        owner.Sent.ShouldBe(0UL);
        (await owner.RequestAsync(HttpMethod.Post, "/pods?duration=600", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_stolen_token_does_not_turn_its_owners_money_into_a_credit_of_the_thief()
    {
        var sold = await _host.BuyAsync(_host.Manifest());
        var path = $"/pods?manifestHash={sold.GetProperty("manifestHash").GetString()}&duration=600";
        var owner = _host.CreatePayer();
        owner.Credit = CreditSecret.New().Value;
        await owner.ConnectAsync(await owner.RequestAsync(HttpMethod.Put, path, null), Price);
        var thief = _host.CreatePayer();
        thief.Token = owner.Token;
        thief.Credit = CreditSecret.New().Value;
        (await thief.RequestAsync(HttpMethod.Put, path, null)).StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        owner.Sent.ShouldBe(0UL);
        (await owner.RequestAsync(HttpMethod.Put, path, null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_pod_whose_container_ended_is_not_extended()
    {
        var sold = await _host.BuyAsync(_host.Manifest());
        var pod = _host.Runtime.Machine.Pods.Single();
        _host.Runtime.On(RuntimeOperation.Restart).FailNext(Failure.PodFailed("not again"));
        _host.Runtime.Machine.Exit(pod.Id, "app", exitCode: 3);
        var path = $"/pods?manifestHash={sold.GetProperty("manifestHash").GetString()}";
        await Deadline.UntilAsync(
            async () => (await _host.Http.GetStringAsync(path)).Contains("exit code 3"), "the end should be told");
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Put, path + "&duration=600", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        payer.Sent.ShouldBe(0UL);
    }

    [Fact]
    public async Task A_repeat_is_answered_after_the_pod_has_ended()
    {
        var body = _host.Manifest();
        var payer = _host.CreatePayer();
        var first = await payer.PayAsync(HttpMethod.Post, "/pods?duration=1", body);
        await _host.PodsShouldBecomeAsync(0);
        var repeat = await payer.RequestAsync(HttpMethod.Post, "/pods?duration=1", body);
        repeat.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await repeat.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        _host.Runtime.Machine.Pods.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pod_that_cannot_be_started_again_yet_is_tried_until_it_can()
    {
        await _host.BuyAsync(_host.Manifest());
        var pod = _host.Runtime.Machine.Pods.Single();
        _host.Runtime.On(RuntimeOperation.Create).ThrowNext(new IOException("containerd is away"));
        _host.Runtime.Machine.Reboot();
        _host.Pods.Notice(pod.Id);
        await Deadline.UntilAsync(() => _host.Runtime.On(RuntimeOperation.Create).Calls >= 2, "it should be tried");
        _host.Pods.Notice(pod.Id);
        await _host.PodsShouldBecomeAsync(1);
        _host.Runtime.Machine.Pods.Single().Id.ShouldNotBe(pod.Id);
        (await _host.BalancesAsync()).Held.ShouldBe((long)Price);
    }

    [Fact]
    public async Task Ten_parallel_requests_with_one_token_are_one_operation()
    {
        var payer = _host.CreatePayer();
        var body = _host.Manifest();
        await payer.ConnectAsync(await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", body), Price * 20);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", body)));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
        bodies.Distinct().Count().ShouldBe(1);
        payer.Sent.ShouldBe(Price);
        _host.Runtime.Machine.Pods.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Uploads_of_one_manifest_at_the_same_time_are_one_pod_with_all_their_time()
    {
        var body = _host.Manifest();
        var sold = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => _host.BuyAsync(body))));
        _host.Runtime.Machine.Pods.Count.ShouldBe(1);
        var expiries = sold.Select(s => s.GetProperty("expiry").GetDateTimeOffset()).Order().ToList();
        expiries.Distinct().Count().ShouldBe(5);
        (expiries[^1] - expiries[0]).ShouldBe(TimeSpan.FromSeconds(2400));
        (await _host.BalancesAsync()).Held.ShouldBe(5 * (long)Price);
    }

    [Fact]
    public async Task A_client_that_goes_away_before_the_commit_pays_nothing_and_leaves_no_pod()
    {
        var gate = _host.Runtime.On(RuntimeOperation.Start).Close();
        var payer = _host.CreatePayer();
        var body = _host.Manifest();
        await payer.ConnectAsync(await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", body), Price);
        using var gone = new CancellationTokenSource();
        var request = payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", body, gone.Token);
        await gate.Reached;
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(request);
        await payer.Connection!.Completion;
        payer.Sent.ShouldBe(0UL);
        await _host.PodsShouldBecomeAsync(0);
        (await _host.BalancesAsync()).Received.ShouldBe(0);
    }

    [Fact]
    public async Task An_extension_adds_to_the_end_and_is_paid_for()
    {
        var sold = await _host.BuyAsync(_host.Manifest());
        var hash = sold.GetProperty("manifestHash").GetString();
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Put, $"/pods?manifestHash={hash}&duration=600", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var extended = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        (extended.GetProperty("expiry").GetDateTimeOffset() - sold.GetProperty("expiry").GetDateTimeOffset())
            .ShouldBe(TimeSpan.FromSeconds(600));
        payer.Sent.ShouldBe(Price);
    }

    [Fact]
    public async Task An_extension_of_nothing_is_refused_before_money_is_asked_for()
    {
        var payer = _host.CreatePayer();
        var unknown = new string('a', 52);
        (await payer.RequestAsync(HttpMethod.Put, $"/pods?manifestHash={unknown}&duration=600", null))
            .StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await payer.RequestAsync(HttpMethod.Put, "/pods?duration=600", null))
            .StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task When_its_time_is_over_a_pod_is_removed_and_its_price_is_earned()
    {
        var body = _host.Manifest();
        await _host.BuyAsync(body, seconds: 1);
        await _host.PodsShouldBecomeAsync(0);
        var balances = await _host.BalancesAsync();
        balances.Earned.ShouldBe(3806);
        balances.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Paying_too_little_leaves_a_credit_and_no_pod()
    {
        await _host.RestartAsync("Payments:PayTimeout=00:00:02");
        var payer = _host.CreatePayer();
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest(), sendMax: Price / 2);
        answer.StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        answer.Headers.Contains("Pay").ShouldBeFalse();
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        error.GetProperty("credited").GetString().ShouldBe((Price / 2).ToString());
        _host.Runtime.Machine.Pods.ShouldBeEmpty();
        (await _host.BalancesAsync()).Credited.ShouldBe((long)Price / 2);
    }

    [Fact]
    public async Task A_restart_takes_over_what_runs_and_removes_what_nobody_paid_for()
    {
        var sold = await _host.BuyAsync(_host.Manifest());
        await _host.RestartAsync();
        var hash = sold.GetProperty("manifestHash").GetString();
        var pod = JsonElement.Parse(await _host.Http.GetStringAsync($"/pods?manifestHash={hash}"));
        pod.GetProperty("expiry").GetString().ShouldBe(sold.GetProperty("expiry").GetString());
        _host.Runtime.Machine.Pods.Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_reboot_paid_pods_are_started_again()
    {
        var sold = await _host.BuyAsync(_host.Manifest());
        var before = _host.Runtime.Machine.Pods.Single().Id;
        _host.Runtime.Machine.Reboot();
        await _host.RestartAsync();
        await Deadline.UntilAsync(
            () => _host.Runtime.Machine.Pods is [var pod] && pod.Id != before, "the pod should run under a new id");
        var hash = sold.GetProperty("manifestHash").GetString();
        var pod = JsonElement.Parse(await _host.Http.GetStringAsync($"/pods?manifestHash={hash}"));
        pod.GetProperty("expiry").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(
            sold.GetProperty("expiry").GetDateTimeOffset());
    }
}
