using System.Text;
using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Client.Tests.Testing;
using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Client.Tests.Hosts;

public sealed class HostClientTests
{
    private static readonly HostClientOptions Quick = new() { RetryPause = TimeSpan.FromMilliseconds(1) };

    private readonly ScriptedPayer _payer = new();

    [Fact]
    public async Task A_purchase_repeats_its_request_with_the_same_token_once_the_payment_is_open()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _payer.Report = new PaymentReport(2283106, 2283106, 0, 0, ScriptedPayer.Xrp);
        var stages = new List<PurchaseStage>();

        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 2283106, stages.Add, Cancellation);

        purchase.Result.Succeeded(out var lease, out var error).ShouldBeTrue(error?.ToString());
        lease!.Url.AbsoluteUri.ShouldBe(HostScript.PodUrl);
        lease.Hash.Value.ShouldBe(HostScript.Hash);
        lease.Expiry.ShouldBe(new DateTimeOffset(2026, 11, 20, 11, 2, 44, 859, TimeSpan.Zero));
        purchase.Payment.Spent.ShouldBe(2283106UL);
        host.Asked.Count.ShouldBe(2);
        host.Asked[0].ShouldSatisfyAllConditions(
            asked => asked.Method.ShouldBe("POST"),
            asked => asked.Path.ShouldBe("/pods?duration=600"),
            asked => asked.Body.ShouldBe(Encoding.UTF8.GetString(Request().ToBody())),
            asked => asked.Headers["Accept"].ShouldBe("application/codius-v1+json"),
            asked => asked.Headers["Content-Type"].ShouldBe("application/json"));
        PayToken.TryParse(host.Asked[0].Token, out _).ShouldBeTrue();
        host.Asked[1].ShouldSatisfyAllConditions(
            asked => asked.Token.ShouldBe(host.Asked[0].Token),
            asked => asked.Body.ShouldBe(host.Asked[0].Body));
        var (instruction, maximum) = _payer.Opened.ShouldHaveSingleItem();
        instruction.Address.Value.ShouldBe("private.moneyd.local.abc~0001");
        maximum.ShouldBe(2283106UL);
        _payer.Closed.ShouldBe(1);
        stages.ShouldBe(
            [PurchaseStage.Asking, PurchaseStage.ConnectingPayment, PurchaseStage.Paying, PurchaseStage.Closing]);
    }

    [Fact]
    public async Task A_host_that_waits_for_a_payer_gets_the_request_while_the_payment_is_opened()
    {
        var asked = new TaskCompletionSource();
        _payer.Opening = asked.Task;
        await using var host = await StandIn.StartAsync(HostScript.SellingEarly(context =>
        {
            asked.SetResult();
            return HostScript.JsonAsync(context, HostScript.Pod);
        }));
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1, null, Cancellation);
        purchase.Result.Error.ShouldBeNull();
        host.Asked.Count.ShouldBe(2);
        host.Asked[0].Headers.ContainsKey("Pay-Early").ShouldBeFalse();
        host.Asked[1].Headers["Pay-Early"].ShouldBe("1");
        host.Asked[1].Token.ShouldBe(host.Asked[0].Token);
        _payer.Closed.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_refuses_while_the_payment_is_opened_is_heard_although_that_never_opens()
    {
        _payer.Opening = new TaskCompletionSource().Task;
        await using var host = await StandIn.StartAsync(HostScript.SellingEarly(
            context => HostScript.RefuseAsync(context, 503, "no room")));
        var purchase = await Client(host, Quick with { AfterBrokenPayment = TimeSpan.FromMilliseconds(10) })
            .UploadAsync(Request(), Duration(600), 1, null, Cancellation);
        purchase.Result.Error!.Message.ShouldBe("no room");
        purchase.Payment.ShouldBe(PaymentReport.Nothing);
    }

    [Fact]
    public async Task A_request_that_waits_for_a_payment_that_cannot_be_opened_is_taken_back()
    {
        var gone = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        _payer.Opening = asked.Task;
        _payer.Unopenable = new Failure(FailureKind.UplinkUnavailable, "no route", Blame.Upstream);
        await using var host = await StandIn.StartAsync(HostScript.SellingEarly(async context =>
        {
            context.RequestAborted.Register(gone.SetResult);
            asked.SetResult();
            await gone.Task;
        }));
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1, null, Cancellation);
        purchase.Result.Error!.ShouldSatisfyAllConditions(
            error => error.Kind.ShouldBe(HostErrorKind.PaymentFailed),
            error => error.Message.ShouldContain("no route"));
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Each_purchase_has_a_token_of_its_own()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        await Client(host).UploadAsync(Request(), Duration(600), 1, null, Cancellation);
        await Client(host).UploadAsync(Request(), Duration(600), 1, null, Cancellation);
        host.Asked.Select(asked => asked.Token).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task An_extension_is_a_put_without_a_body()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        var purchase = await Client(host).ExtendAsync(HostScript.PodHash, Duration(60), 100, null, Cancellation);
        purchase.Result.Error.ShouldBeNull();
        host.Asked[1].ShouldSatisfyAllConditions(
            asked => asked.Method.ShouldBe("PUT"),
            asked => asked.Path.ShouldBe($"/pods?manifestHash={HostScript.Hash}&duration=60"),
            asked => asked.Body.ShouldBe(""));
    }

    [Fact]
    public async Task A_quote_that_is_free_needs_no_payment()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => HostScript.JsonAsync(context, HostScript.Quote));
        var result = await Client(host).GetQuoteAsync(Request(), Duration(600), Cancellation);
        result.Succeeded(out var quote, out _).ShouldBeTrue();
        quote!.Amount.ToString().ShouldBe("0.002283106 XRP");
        _payer.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_that_quotes_to_payers_only_is_connected_to_with_nothing_to_spend()
    {
        var first = true;
        await using var host = await StandIn.StartAsync((context, _) =>
        {
            (var challenge, first) = (first, false);
            return challenge
                ? HostScript.ChallengeAsync(context)
                : HostScript.JsonAsync(context, $$"""{"manifestHash":"{{HostScript.Hash}}","price":"2283106"}""");
        });
        _payer.Report = new PaymentReport(0, HostAsset: new Asset("EUR", 4));
        var result = await Client(host).GetQuoteAsync(Request(), Duration(600), Cancellation);
        result.Succeeded(out var quote, out _).ShouldBeTrue();
        quote!.Asset.ShouldBe(new Asset("EUR", 4));
        _payer.Opened.ShouldHaveSingleItem().Maximum.ShouldBe(0UL);
    }

    [Fact]
    public async Task A_refusal_says_what_the_host_said_and_what_became_of_the_money()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling(context => HostScript.RefuseAsync(
            context, 500, "the pod did not start", ""","moneyMoved":"300","refunded":"100","credited":"200" """)));
        _payer.Report = new PaymentReport(300, 300, 100);
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error.ShouldBe(new HostError(HostErrorKind.Refused, "the pod did not start", 500)
        {
            MoneyMoved = 300,
            Refunded = 100,
            Credited = 200,
        });
        purchase.Payment.Spent.ShouldBe(200UL);
        purchase.MoneyMoved.ShouldBeTrue();
    }

    [Fact]
    public async Task A_host_that_stays_unpaid_is_a_failed_payment()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling(
            context => HostScript.RefuseAsync(context, 402, "Failed to get payment before timeout")));
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.PaymentFailed);
        purchase.MoneyMoved.ShouldBeFalse();
    }

    [Fact]
    public async Task A_payment_that_breaks_ends_the_wait_and_says_why()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling(
            context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        _payer.Broken.SetResult("no route");
        var client = Client(host, Quick with { AfterBrokenPayment = TimeSpan.FromMilliseconds(50) });
        var purchase = await client.UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.PaymentFailed);
        purchase.Result.Error.Message.ShouldBe("the host got no payment; the payment broke: no route");
    }

    [Fact]
    public async Task A_payment_that_cannot_be_opened_is_a_failed_payment()
    {
        await using var host = await StandIn.StartAsync(HostScript.Selling());
        _payer.Unopenable = Failure.NotFound("no route");
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.PaymentFailed);
        host.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("interledger-stream")]
    [InlineData("lightning abc")]
    [InlineData("interledger-stream not..valid pl5j75FQTNrCH+QVFPpwplGJ3+wzxqUsJnwMbI+kSyw=")]
    [InlineData("interledger-stream private.a pl5j75FQTNrC")]
    public async Task A_402_that_does_not_say_where_to_pay_is_a_bad_answer(string instruction)
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => HostScript.ChallengeAsync(context, instruction));
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.BadAnswer);
        _payer.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_that_breaks_while_paying_is_made_again_with_the_same_token()
    {
        var breaks = 2;
        await using var host = await StandIn.StartAsync(HostScript.Selling(context =>
        {
            if (breaks-- == 0)
                return HostScript.JsonAsync(context, HostScript.Pod);
            context.Abort();
            return Task.CompletedTask;
        }));
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        purchase.Result.Error.ShouldBeNull();
        host.Asked.Count.ShouldBe(4);
        host.Asked.Select(asked => asked.Token).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Cancelling_closes_the_payment_and_says_what_moved()
    {
        using var cancel = new CancellationTokenSource();
        await using var host = await StandIn.StartAsync(HostScript.Selling(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        _payer.Report = new PaymentReport(5, InDoubt: 7);
        var purchase = await Client(host).UploadAsync(Request(), Duration(600), 1000, null, cancel.Token);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.Cancelled);
        purchase.Payment.ShouldBe(new PaymentReport(5, InDoubt: 7));
        _payer.Closed.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var client = Client(host, Quick with { QuickTimeout = TimeSpan.FromMilliseconds(50) });
        var result = await client.GetQuoteAsync(Request(), Duration(600), Cancellation);
        result.Error!.Kind.ShouldBe(HostErrorKind.TimedOut);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_unreachable()
    {
        var host = await StandIn.StartAsync(HostScript.Selling());
        await host.DisposeAsync();
        using var http = HostClient.CreateHttpClient();
        var result = await new HostClient(http, host.Uri).GetVersionAsync(Cancellation);
        result.Error!.Kind.ShouldBe(HostErrorKind.Unreachable);
    }

    [Fact]
    public async Task A_purchase_brings_a_credit_of_its_own_or_the_one_that_was_named_and_a_quote_none()
    {
        const string Secret = "abcdefghijklmnopqrstuvwx";
        await using var host = await StandIn.StartAsync(HostScript.Selling(context =>
        {
            context.Response.Headers["Pay-Credit"] = Secret;
            return HostScript.RefuseAsync(context, 500, "no", ""","credited":"200" """);
        }));
        var client = Client(host, Quick with { Credits = new CreditMemory() });
        await client.UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        host.Asked.Select(asked => asked.Credit).Distinct().ShouldHaveSingleItem().ShouldNotBeNull();
        await client.GetQuoteAsync(Request(), Duration(600), Cancellation);
        host.Asked[^1].Credit.ShouldBeNull();
        await client.UploadAsync(Request(), Duration(600), 1000, null, Cancellation);
        host.Asked[^1].Credit.ShouldBe(Secret);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"url":"x","manifestHash":"y","expiry":"z"}""")]
    public async Task A_strange_answer_is_a_bad_answer(string body)
    {
        await using var host = await StandIn.StartAsync((context, _) => HostScript.JsonAsync(context, body));
        var client = Client(host);
        (await client.GetVersionAsync(Cancellation)).Error?.Kind.ShouldBe(HostErrorKind.BadAnswer);
        (await client.GetQuoteAsync(Request(), Duration(1), Cancellation)).Error!.Kind
            .ShouldBe(HostErrorKind.BadAnswer);
        (await client.UploadAsync(Request(), Duration(1), 1, null, Cancellation)).Result.Error!.Kind
            .ShouldBe(HostErrorKind.BadAnswer);
        (await client.GetPodAsync(HostScript.PodHash, Cancellation)).Error!.Kind.ShouldBe(HostErrorKind.BadAnswer);
    }

    [Fact]
    public async Task An_answer_for_another_manifest_is_a_bad_answer_and_nothing_is_paid_after_such_a_quote()
    {
        var other = new string('a', ManifestHash.Length);
        await using var host = await StandIn.StartAsync((context, asked) => HostScript.JsonAsync(
            context, (asked.Method == "OPTIONS" ? HostScript.Quote : HostScript.Pod).Replace(HostScript.Hash, other)));
        var client = Client(host);
        (await client.GetQuoteAsync(Request(), Duration(1), Cancellation)).Error!.Kind
            .ShouldBe(HostErrorKind.BadAnswer);
        (await client.UploadAsync(Request(), Duration(1), 1, null, Cancellation)).Result.Error!.Kind
            .ShouldBe(HostErrorKind.BadAnswer);
        (await client.ExtendAsync(HostScript.PodHash, Duration(1), 1, null, Cancellation)).Result.Error!.Kind
            .ShouldBe(HostErrorKind.BadAnswer);
        (await client.GetPodAsync(HostScript.PodHash, Cancellation)).Error!.Kind.ShouldBe(HostErrorKind.BadAnswer);
    }

    [Fact]
    public async Task A_message_cannot_command_the_terminal()
    {
        await using var host = await StandIn.StartAsync(
            (context, _) => HostScript.RefuseAsync(context, 500, "\\u001b[2Jall is well\\u202e"));
        var result = await Client(host).GetVersionAsync(Cancellation);
        result.Error!.Message.ShouldBe("\ufffd[2Jall is well\ufffd");
    }

    [Fact]
    public async Task A_host_says_what_it_is()
    {
        await using var host = await StandIn.StartAsync((context, asked) => HostScript.JsonAsync(
            context,
            asked.Path == "/version"
                ? """{"name":"Codiusd (JavaScript)","version":"1.2.5"}"""
                : """{"fullMem":false,"acceptingUploads":true,"currency":"XRP","costPerMonth":10}"""));
        var client = Client(host);
        (await client.GetVersionAsync(Cancellation)).Succeeded(out var version, out _).ShouldBeTrue();
        version.ShouldBe(new HostVersion("Codiusd (JavaScript)", "1.2.5"));
        (await client.GetInfoAsync(Cancellation)).Succeeded(out var info, out _).ShouldBeTrue();
        info!.CostPerMonth.ShouldBe(10);
        info.AcceptingUploads.ShouldBe(true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HostClient Client(StandIn host, HostClientOptions? options = null) =>
        new(host.Http, host.Uri, _payer, options ?? Quick);

    private static PodDuration Duration(int seconds)
    {
        PodDuration.TryFromSeconds(seconds, out var duration).ShouldBeTrue();
        return duration;
    }

    private static ManifestRequest Request()
    {
        ManifestRequest.TryRead(
            Encoding.UTF8.GetBytes(HostScript.Project), ManifestRules.Upload, out var request, out var errors)
            .ShouldBeTrue(errors?.ToString());
        return request!;
    }
}
