using Codius.Client.Hosts;
using Codius.Client.Payments;
using Codius.Client.Tests.Testing;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Interledger.Btp;
using Interledger.Stream;
using Microsoft.AspNetCore.Http;

namespace Codius.Client.Tests.Payments;

/// <summary>The whole way of the money: request, 402, BTP, connector, STREAM, answer.</summary>
public sealed class StreamPayerTests
{
    private const ulong Price = 2283106;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_host_asks_for_is_paid_and_counted(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        host.Sell = PaidHost.For(Price);
        var purchase = await BuyAsync(host, maximum: 5_000_000);
        purchase.Result.Error.ShouldBeNull();
        purchase.Payment.ShouldBe(new PaymentReport(Price, Price, 0, 0, new Asset("XRP", 9)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_that_says_nothing_is_paid_too(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        (host.Greets, host.Sell) = (false, PaidHost.For(Price));
        var purchase = await BuyAsync(host, Price);
        purchase.Result.Error.ShouldBeNull();
        purchase.Payment.Spent.ShouldBe(Price);
    }

    [Fact]
    public async Task What_the_host_says_it_wants_comes_with_the_first_packet()
    {
        await using var host = await StartAsync(atOnce: true);
        host.Sell = PaidHost.For(Price);
        var purchase = await BuyAsync(host, maximum: 5_000_000);
        purchase.Result.Error.ShouldBeNull();
        (await host.Stream.Task).Connection.BeginsWithMoney.ShouldBeTrue();
    }

    [Theory]
    [InlineData("2283106 XRP/6")]
    [InlineData("2283106 USD/9")]
    [InlineData("5000001 XRP/9")]
    [InlineData("0 XRP/9")]
    [InlineData("-1 XRP/9")]
    [InlineData("99999999999999999999 XRP/9")]
    [InlineData("2283106 XRP")]
    [InlineData("2283106 /9")]
    [InlineData("2283106 XRP/256")]
    [InlineData("2283106")]
    [InlineData("")]
    public async Task What_is_not_understood_or_cannot_be_paid_so_is_paid_as_ever(string due)
    {
        await using var host = await StartAsync(atOnce: true);
        (host.Due, host.Sell) = (due, PaidHost.For(Price));
        var purchase = await BuyAsync(host, maximum: 5_000_000);
        purchase.Result.Error.ShouldBeNull();
        purchase.Payment.Spent.ShouldBe(Price);
        (await host.Stream.Task).Connection.BeginsWithMoney.ShouldBeFalse();
    }

    [Theory]
    [InlineData(Price / 2, Price)]
    [InlineData(2 * Price, Price)]
    [InlineData(Price, Price / 2)]
    [InlineData(Price, 0UL)]
    public async Task A_host_that_wants_other_than_it_says_is_paid_what_it_wants(ulong said, ulong taken)
    {
        await using var host = await StartAsync(atOnce: true);
        (host.Due, host.First, host.Sell) = ($"{said} XRP/9", taken, PaidHost.For(Price));
        var purchase = await BuyAsync(host, maximum: 5_000_000);
        purchase.Result.Error.ShouldBeNull();
        purchase.Payment.ShouldBe(new PaymentReport(Price, Price, 0, 0, new Asset("XRP", 9)));
    }

    [Fact]
    public async Task Never_is_more_paid_than_the_maximum()
    {
        await using var host = await PaidHost.StartAsync();
        host.Sell = async (stream, context) =>
        {
            stream.SetReceiveMax(Price);
            await stream.WaitForReceivedAsync(1000, context.RequestAborted);
            await HostScript.RefuseAsync(context, 402, "Failed to get payment before timeout");
        };
        var purchase = await BuyAsync(host, maximum: 1000);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.PaymentFailed);
        purchase.Payment.Spent.ShouldBe(1000UL);
        purchase.Payment.InDoubt.ShouldBe(0UL);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Money_that_is_held_and_then_refused_was_not_paid(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        var arrived = new TaskCompletionSource();
        var decided = new TaskCompletionSource<MoneyDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Decide = _ =>
        {
            arrived.TrySetResult();
            return new ValueTask<MoneyDecision>(decided.Task);
        };
        host.Sell = async (stream, context) =>
        {
            stream.SetReceiveMax(Price);
            await arrived.Task;
            decided.SetResult(MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "the pod did not start"));
            await HostScript.RefuseAsync(context, 500, "the pod did not start");
        };
        var purchase = await BuyAsync(host, Price);
        purchase.Result.Error!.ToString().ShouldBe("the pod did not start (500)");
        purchase.MoneyMoved.ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Money_comes_back_the_way_it_went(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        host.Sell = async (stream, context) =>
        {
            stream.SetReceiveMax(Price);
            await stream.WaitForReceivedAsync(Price, context.RequestAborted);
            stream.SetSendMax(Price);
            await stream.WaitForSentAsync(Price, context.RequestAborted);
            await HostScript.RefuseAsync(context, 500, "sorry", $",\"refunded\":\"{Price}\"");
        };
        var purchase = await BuyAsync(host, Price);
        purchase.Payment.Sent.ShouldBe(Price);
        purchase.Payment.Returned.ShouldBe(Price);
        purchase.MoneyMoved.ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_under_way_when_the_user_cancels_is_in_doubt(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        using var cancel = new CancellationTokenSource();
        var never = new TaskCompletionSource<MoneyDecision>();
        host.Decide = async _ =>
        {
            await cancel.CancelAsync();
            return await never.Task;
        };
        host.Sell = (stream, context) =>
        {
            stream.SetReceiveMax(Price);
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var purchase = await BuyAsync(host, Price, cancel.Token);
        never.SetResult(MoneyDecision.RejectTemporary);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.Cancelled);
        purchase.Payment.Sent.ShouldBe(0UL);
        purchase.Payment.InDoubt.ShouldBe(Price);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_under_way_when_the_provider_vanishes_is_in_doubt(bool atOnce)
    {
        await using var host = await StartAsync(atOnce);
        var arrived = new TaskCompletionSource();
        var never = new TaskCompletionSource<MoneyDecision>();
        host.Decide = async _ =>
        {
            arrived.TrySetResult();
            return await never.Task;
        };
        host.Sell = async (stream, context) =>
        {
            stream.SetReceiveMax(Price);
            await arrived.Task;
            await host.BreakProviderAsync();
            context.Abort();
        };
        var purchase = await BuyAsync(host, Price);
        never.SetResult(MoneyDecision.RejectTemporary);
        purchase.Result.Error.ShouldNotBeNull();
        purchase.Payment.Sent.ShouldBe(0UL);
        purchase.Payment.InDoubt.ShouldBe(Price);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_to_which_there_is_no_way_is_not_paid(bool atOnce)
    {
        await using var host = await StartAsync(atOnce, "g.nowhere.abc");
        var purchase = await BuyAsync(host, Price);
        purchase.Result.Error!.Kind.ShouldBe(HostErrorKind.PaymentFailed);
        purchase.Result.Error.Message.ShouldStartWith("the payment could not be opened: ");
        purchase.MoneyMoved.ShouldBeFalse();
        if (!atOnce)
            host.Http.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Two_purchases_go_over_one_connection_to_the_provider()
    {
        await using var host = await PaidHost.StartAsync();
        await using var payer = host.CreatePayer();
        host.Sell = (_, context) => HostScript.JsonAsync(context, HostScript.Pod);
        var client = new HostClient(host.Http.Http, host.Http.Uri, payer);
        for (var i = 0; i < 2; i++)
        {
            var purchase = await client.ExtendAsync(HostScript.PodHash, PodDuration.Default, 1, null, Cancellation);
            purchase.Result.Error.ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_a_failure_and_no_exception()
    {
        BtpUrl.TryParse("btp+ws://:x@127.0.0.1:1", out var url, out _).ShouldBeTrue();
        await using var payer = new StreamPayer(new BtpClient(url!));
        (await payer.ConnectAsync(Cancellation)).Failure!.Message.ShouldNotBeEmpty();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A host that takes its price, or that says it and takes it with the first packet.</summary>
    private static async Task<PaidHost> StartAsync(bool atOnce, string? address = null)
    {
        var host = await PaidHost.StartAsync(address);
        if (atOnce)
            (host.Due, host.First) = ($"{Price} XRP/9", Price);
        return host;
    }

    private static async Task<Purchase<PodLease>> BuyAsync(
        PaidHost host, ulong maximum, CancellationToken cancellationToken = default)
    {
        await using var payer = host.CreatePayer();
        var options = new HostClientOptions { CancelledCloseTimeout = TimeSpan.FromMilliseconds(20) };
        var client = new HostClient(host.Http.Http, host.Http.Uri, payer, options);
        return await client.ExtendAsync(
            HostScript.PodHash, PodDuration.Default, maximum, null, cancellationToken);
    }
}
