using System.Net;
using Codius.Core;
using Codius.Host.Tests.Payments;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

/// <summary>Pods whose payers know the price by the 402, and pay it with the first packet.</summary>
public sealed class FirstMoneyTests : IAsyncLifetime
{
    private const ulong Price = SellingHost.PriceOfTenMinutes;
    private SellingHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SellingHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_402_says_what_is_to_be_paid()
    {
        var (_, challenge) = await AskAsync();
        challenge.Headers.GetValues("Pay-Amount").ShouldBe([$"{Price} XRP/9"]);
        challenge.Headers.GetValues("Access-Control-Expose-Headers").ShouldContain("Pay-Amount");
    }

    [Fact]
    public async Task Money_may_come_before_the_request_that_it_is_for()
    {
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, Price);
        (await payer.Connection!.SendKeepAliveAsync()).ShouldBeTrue();
        (payer.Sent, payer.Stream!.Unanswered).ShouldBe((0UL, Price));
        await ShouldBeSoldAsync(payer, await BuyAsync(payer));
    }

    [Fact]
    public async Task Money_may_come_after_the_request_that_it_is_for()
    {
        var (payer, challenge) = await AskAsync();
        var paying = BuyAsync(payer);
        await _host.UntilUnderWayAsync(payer, isUnderWay: true);
        payer.ConnectPaying(challenge, Price, Price);
        await ShouldBeSoldAsync(payer, await paying);
    }

    [Fact]
    public async Task Money_whose_request_does_not_come_has_not_moved_and_may_come_again()
    {
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, Price);
        (await payer.Connection!.OpenAsync()).ShouldBeNull();
        (payer.Sent, payer.Stream!.Unanswered, payer.Connection.IsOpen).ShouldBe((0UL, 0UL, true));
        (await _host.BalancesAsync()).Received.ShouldBe(0);
        await ShouldBeSoldAsync(payer, await BuyAsync(payer));
    }

    [Fact]
    public async Task Money_for_a_pod_that_does_not_start_has_not_moved()
    {
        _host.Runtime.On(RuntimeOperation.Start).FailNext(Failure.PodFailed("app cannot be executed"));
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, Price);
        (await BuyAsync(payer)).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        (await payer.Connection!.OpenAsync())!.Message.ShouldContain("app cannot be executed");
        payer.Sent.ShouldBe(0UL);
        (await _host.BalancesAsync()).Received.ShouldBe(0);
        await _host.PodsShouldBecomeAsync(0);
    }

    [Fact]
    public async Task Nothing_is_paid_before_the_pod_is_ready()
    {
        var gate = _host.Runtime.On(RuntimeOperation.Start).Close();
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, Price);
        var paying = BuyAsync(payer);
        await gate.Reached;
        (payer.Sent, payer.Stream!.Unanswered).ShouldBe((0UL, Price));
        gate.Open();
        await ShouldBeSoldAsync(payer, await paying);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(Price / 2)]
    public async Task Less_than_the_price_is_a_part_of_it(ulong first)
    {
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, first);
        await ShouldBeSoldAsync(payer, await BuyAsync(payer));
    }

    [Fact]
    public async Task More_than_the_price_is_refused_and_the_price_is_paid()
    {
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, 3 * Price, 2 * Price);
        await ShouldBeSoldAsync(payer, await BuyAsync(payer));
    }

    [Fact]
    public async Task Money_that_comes_over_two_connections_is_taken_from_one()
    {
        var (payer, challenge) = await AskAsync();
        payer.ConnectPaying(challenge, Price, Price);
        var other = payer.Stream!;
        payer.ConnectPaying(challenge, Price, Price);
        (await BuyAsync(payer)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Deadline.UntilAsync(
            () => other.TotalSent + payer.Stream!.TotalSent == Price, "the price should be paid once");
        (await _host.BalancesAsync()).Received.ShouldBe((long)Price);
    }

    [Fact]
    public async Task Not_everybody_is_waited_for()
    {
        var asked = new List<(PlayPayer Payer, HttpResponseMessage Challenge)>();
        for (var i = 0; i < 120; i++)
            asked.Add(await AskAsync());
        asked.ForEach(each => each.Payer.ConnectPaying(each.Challenge, Price, Price));
        await Deadline.UntilAsync(
            () => asked.Count(each => each.Payer.Stream!.Unanswered > 0) == 100, "a hundred should wait");
        await ShouldBeSoldAsync(asked[^1].Payer, await BuyAsync(asked[^1].Payer));
    }

    private async Task<(PlayPayer Payer, HttpResponseMessage Challenge)> AskAsync()
    {
        var payer = _host.CreatePayer();
        var challenge = await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        payer.IsEarly = true;
        return (payer, challenge);
    }

    private Task<HttpResponseMessage> BuyAsync(PlayPayer payer) =>
        payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());

    private async Task ShouldBeSoldAsync(PlayPayer payer, HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        payer.Sent.ShouldBe(Price);
        var balances = await _host.BalancesAsync();
        (balances.Received, balances.Held).ShouldBe(((long)Price, (long)Price));
    }
}
