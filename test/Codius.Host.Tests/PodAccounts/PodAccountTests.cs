using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Host.PodAccounts;
using Codius.Host.Tests.Payments;
using Codius.Host.Tests.Pods;
using Codius.Testing.Processes;
using Interledger.Accounts;
using Interledger.Connector.Balances;
using Interledger.Packets;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.PodAccounts;

/// <summary>Pods that pay and are paid, by real BTP and STREAM, through a door that is a local port.</summary>
public sealed class PodAccountTests : IAsyncLifetime
{
    private const ulong Income = 5_000_000;
    private SellingHost _host = null!;
    private Payee _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await SellingHost.StartAsync();
        _alice = await Payee.StartAsync(_host.Link);
        _host.Elsewhere = _alice.Server.HandleAsync;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _alice.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_has_an_address_below_the_hosts_and_keeps_what_it_is_paid()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var program = await PodProgram.ConnectAsync(_host);
        program.Address.Value.ShouldMatch("^test\\.host\\.pods\\.[0-9a-f]{32}\\.[0-9a-f]{16}$");
        (await program.EarnAsync(_host, Income)).ShouldBe(Income);
        var account = await AccountAsync(pod);
        Amount(account, "balance").ShouldBe((long)Income);
        program.Address.Value.ShouldStartWith(account.GetProperty("address").GetString()! + ".");
        var described = JsonElement.Parse(
            await (await _host.SendAsync(HttpMethod.Get, pod.Path, pod.Capability)).Content.ReadAsStringAsync());
        described.GetProperty("earnings").GetProperty("accounts")[0].GetProperty("balance").GetString()
            .ShouldBe($"{Income}");
        (await pod.DescribeAsync()).TryGetProperty("earnings", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_pod_spends_what_it_has_earned_and_not_a_unit_more()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var program = await PodProgram.ConnectAsync(_host);
        await program.EarnAsync(_host, Income);
        (await program.SpendAsync(_alice.Server.CreateCredentials(), Income - 1000)).ShouldBe(Income - 1000);
        (await program.SpendAsync(_alice.Server.CreateCredentials(), 1000)).ShouldBe(1000UL);
        _alice.Received.ShouldBe((long)Income);
        Amount(await AccountAsync(pod), "balance").ShouldBe(0);
        (await PaysNothingAsync(program)).ShouldBeTrue();
        _alice.Received.ShouldBe((long)Income);
    }

    [Fact]
    public async Task Several_programs_of_a_pod_have_addresses_of_their_own_and_one_purse()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var first = await PodProgram.ConnectAsync(_host, "one secret");
        await using var second = await PodProgram.ConnectAsync(_host, "another");
        second.Address.ShouldNotBe(first.Address);
        (await first.EarnAsync(_host, 1000)).ShouldBe(1000UL);
        (await second.EarnAsync(_host, 100)).ShouldBe(100UL);
        (await first.EarnAsync(_host, 10)).ShouldBe(10UL);
        (await second.SpendAsync(_alice.Server.CreateCredentials(), 1110)).ShouldBe(1110UL);
        Amount(await AccountAsync(pod), "balance").ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_pod_at_its_address_nobody_gets_through_the_door()
    {
        var (account, problem) = await IlpAccount.ConnectAsync(
            $"btp+ws://:any@127.0.0.1:{_host.Runtime.PortBehindDoor}",
            cancellationToken: TestContext.Current.CancellationToken);
        account.ShouldBeNull();
        problem.ShouldNotBeNull();
        using var http = new HttpClient();
        (await http.GetAsync(new Uri($"http://127.0.0.1:{_host.Runtime.PortBehindDoor}/"))).StatusCode
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_pod_buys_its_own_time_from_its_host_with_what_it_has_earned()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var program = await PodProgram.ConnectAsync(_host);
        await program.EarnAsync(_host, Income);
        await using var payer = new PlayPayer(_host.Http, program.Account.Link, program.Address);
        program.Account.Link.OnPrepare(payer.HandleAsync);
        var answer = await payer.PayAsync(HttpMethod.Put, $"/pods?manifestHash={pod.Hash}&duration=600", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Amount(await AccountAsync(pod), "balance").ShouldBe((long)(Income - SellingHost.PriceOfTenMinutes));
        (await _host.BalancesAsync()).Received.ShouldBe(2 * (long)SellingHost.PriceOfTenMinutes);
    }

    [Fact]
    public async Task Earnings_are_their_uploaders_and_nobody_elses()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        var later = await _host.BuyOwnedAsync(_host.Manifest());
        foreach (var other in new[] { null, later.Capability, CapabilitySecret.New().Value })
        {
            (await _host.SendAsync(HttpMethod.Get, PathOf(pod), other)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await PayOutAsync(pod, _alice.Url, other)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task What_a_pod_has_earned_is_paid_out_when_it_reaches_the_threshold_to_whom_its_uploader_named()
    {
        await _host.RestartAsync("PodAccounts:PayoutInterval=00:00:01", "PodAccounts:PayoutThreshold=3000000");
        var payer = _host.CreatePayer();
        payer.Payout = _alice.Url;
        var pod = await _host.BuyOwnedAsync(_host.Manifest(), payer: payer);
        await using var program = await PodProgram.ConnectAsync(_host);
        await program.EarnAsync(_host, 2_999_999);
        var account = await AccountAsync(pod);
        (Amount(account, "balance"), Amount(account, "paidOut")).ShouldBe((2_999_999, 0));
        await program.EarnAsync(_host, 1);
        await Deadline.UntilAsync(
            async () => Amount(await AccountAsync(pod), "paidOut") == 3_000_000, "it is paid out");
        _alice.Received.ShouldBe(3_000_000);
        Amount(await AccountAsync(pod), "balance").ShouldBe(0);
    }

    [Fact]
    public async Task The_rest_is_paid_out_when_the_pod_ends()
    {
        var payer = _host.CreatePayer();
        payer.Payout = _alice.Url;
        var pod = await _host.BuyOwnedAsync(_host.Manifest(), payer: payer);
        await using (var program = await PodProgram.ConnectAsync(_host))
            await program.EarnAsync(_host, 77);
        (await pod.StopAsync(pod.Capability)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Deadline.UntilAsync(() => _alice.Received == 77, "it is paid out");
    }

    [Fact]
    public async Task What_nobody_named_a_payee_for_waits_for_its_uploader_also_after_the_pod_and_after_restarts()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using (var program = await PodProgram.ConnectAsync(_host))
            await program.EarnAsync(_host, Income);
        await pod.StopAsync(pod.Capability);
        await _host.PodsShouldBecomeAsync(0);
        await _host.RestartAsync();
        _host.Link.OnPrepare(_alice.Server.HandleAsync);
        Amount(await AccountAsync(pod), "balance").ShouldBe((long)Income);

        var paid = await PayOutAsync(pod, _alice.Url, pod.Capability);
        paid.StatusCode.ShouldBe(HttpStatusCode.OK, await paid.Content.ReadAsStringAsync());
        // A host that has just begun may not have its way to Interledger yet.
        await Deadline.UntilAsync(
            async () => Amount(await AccountAsync(pod), "paidOut") == (long)Income, "it is paid out");
        _alice.Received.ShouldBe((long)Income);
        var account = await AccountAsync(pod);
        (Amount(account, "balance"), Amount(account, "inDoubt")).ShouldBe((0, 0));
        account.GetProperty("payouts")[0].GetProperty("state").GetString().ShouldBe("settled");
    }

    [Fact]
    public async Task What_was_set_aside_by_a_host_that_ended_is_on_the_account_again()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using (var program = await PodProgram.ConnectAsync(_host))
            await program.EarnAsync(_host, Income);
        var account = (await AccountAsync(pod)).GetProperty("address").GetString()!.Split('.')[^1];
        var earnings = _host.Host.Services.GetRequiredService<IEarningsStore>();
        var payout = new Payout("a payout", account, _alice.Url, 1_000_000, DateTimeOffset.UtcNow, PayoutState.Funded);
        await earnings.SavePayoutAsync(payout, TestContext.Current.CancellationToken);
        (await _host.Host.Services.GetRequiredService<PodBooks>().TryMoveAsync(account, "purse-" + account, 1_000_000))
            .ShouldBeTrue();

        await _host.RestartAsync();
        await Deadline.UntilAsync(
            async () => Amount(await AccountAsync(pod), "balance") == (long)Income, "it is given back");
        await Deadline.UntilAsync(
            async () => Amount(await AccountAsync(pod), "underWay") == 0, "the payout is settled");
        var settled = (await AccountAsync(pod)).GetProperty("payouts")[0];
        settled.GetProperty("state").GetString().ShouldBe("settled");
        settled.GetProperty("problem").GetString().ShouldNotBeNull().ShouldContain("interrupted");
        _alice.Received.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_pod_was_paid_that_was_never_sold_is_whose_capability_it_was_started_with()
    {
        var (manifest, capability) = (ManifestHash.OfCanonicalJson("{}"u8), CapabilitySecret.New());
        var account = PodAccountName.Of(manifest, capability.Id, new Asset("XRP", 9));
        var books = _host.Host.Services.GetRequiredService<PodBooks>();
        books.Store.TryReserve(new BalanceTransfer("uplink", 5, null, account, 5, null));
        await books.Store.CommitAsync(new BalanceTransfer("uplink", 5, null, account, 5, null));
        using var answer = await _host.SendAsync(
            HttpMethod.Get, $"/pods/{manifest}/earnings", capability.Value);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"balance\":\"5\"");
        using var other = await _host.SendAsync(
            HttpMethod.Get, $"/pods/{manifest}/earnings", CapabilitySecret.New().Value);
        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_a_payee_does_not_take_stays_the_uploaders_and_he_is_told_why()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var program = await PodProgram.ConnectAsync(_host);
        await program.EarnAsync(_host, Income);
        (await PayOutAsync(pod, "http://127.0.0.1:1/nobody", pod.Capability)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var account = await AccountAsync(pod);
        (Amount(account, "balance"), Amount(account, "paidOut")).ShouldBe(((long)Income, 0));
        account.GetProperty("problem").GetString().ShouldNotBeNull().ShouldContain("cannot reach");
    }

    [Fact]
    public async Task A_payee_who_is_away_for_a_moment_is_paid_when_he_is_back()
    {
        await _host.RestartAsync("PodAccounts:PayoutInterval=00:00:01");
        _host.Elsewhere = (_, _) => ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable));
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        await using var program = await PodProgram.ConnectAsync(_host);
        await program.EarnAsync(_host, Income);
        await PayOutAsync(pod, _alice.Url, pod.Capability);
        (await AccountAsync(pod)).GetProperty("problem").GetString().ShouldNotBeNull().ShouldContain("F02");
        _host.Elsewhere = _alice.Server.HandleAsync;
        await Deadline.UntilAsync(
            async () => Amount(await AccountAsync(pod), "paidOut") == (long)Income, "it is paid out");
        (await AccountAsync(pod)).TryGetProperty("problem", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("$")]
    [InlineData("$example.com/?a=b")]
    [InlineData("ftp://example.com/alice")]
    public async Task What_is_no_payee_is_refused_before_money_is_asked_for(string payout)
    {
        var payer = _host.CreatePayer();
        payer.Payout = payout;
        var answer = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Pod-Payout");
        payer.Sent.ShouldBe(0UL);
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        (await PayOutAsync(pod, payout, pod.Capability)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_uploader_of_the_same_manifest_has_another_account()
    {
        var first = await _host.BuyOwnedAsync(_host.Manifest());
        await using (var program = await PodProgram.ConnectAsync(_host))
            await program.EarnAsync(_host, 10);
        await first.StopAsync(first.Capability);
        await _host.PodsShouldBecomeAsync(0);
        var second = await _host.BuyOwnedAsync(_host.Manifest());
        second.Hash.ShouldBe(first.Hash);
        Amount(await AccountAsync(second), "balance").ShouldBe(0);
        Amount(await AccountAsync(first), "balance").ShouldBe(10);
    }

    private async Task<bool> PaysNothingAsync(PodProgram program)
    {
        var (payment, failure) = await Interledger.Payments.OutgoingPayment.QuoteAsync(
            program.Account.Client,
            _alice.Server.CreateCredentials(),
            Interledger.Payments.PaymentAmount.FixedSource(1));
        if (payment is not null)
            await payment.DisposeAsync();
        return failure is not null;
    }

    private async Task<JsonElement> AccountAsync(OwnedPod pod)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, PathOf(pod), pod.Capability);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text).GetProperty("accounts")[0];
    }

    private async Task<HttpResponseMessage> PayOutAsync(OwnedPod pod, string payee, string? capability)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, PathOf(pod))
        {
            Content = JsonContent.Create(new { payout = payee }),
        };
        await request.Content.LoadIntoBufferAsync();
        if (capability is not null)
            request.Headers.Authorization = new("Bearer", capability);
        return await _host.Http.SendAsync(request);
    }

    private static string PathOf(OwnedPod pod) => $"/pods/{pod.Hash}/earnings";

    private static long Amount(JsonElement account, string name) => long.Parse(account.GetProperty(name).GetString()!);
}
