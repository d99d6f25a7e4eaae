using Codius.Testing.Peers;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Codius.Interop.StreamPayments;

/// <summary>ilp-fetch 1.4.0 pays for HTTP requests that our STREAM server guards, over moneyd.</summary>
public sealed class PayProtocolTests
{
    private const ulong Price = 2_283_106;

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(25)]
    public async Task Ilp_fetch_pays_when_the_money_is_held_and_then_taken(int seconds)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "host");
        await using var endpoint = new PayEndpoint(uplink, Price, async (_, stop) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), stop);
            return MoneyDecision.Accept;
        });
        var response = await RequestAsync(moneyd, endpoint, maxPrice: Price + 6894);
        response.ShouldSatisfyAllConditions(
            () => response.Status.ShouldBe(200), () => response.Price.ShouldBe(Price));
        endpoint.Streams.Single().TotalReceived.ShouldBe(Price);
    }

    [Fact]
    public async Task Ilp_fetch_pays_nothing_when_the_money_is_held_and_then_rejected()
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var uplink = await Uplink.ConnectAsync(moneyd, "host");
        var asked = 0;
        await using var endpoint = new PayEndpoint(uplink, Price, async (_, stop) =>
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(TimeSpan.FromSeconds(4), stop);
            return MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "the pod did not start");
        });
        var response = await RequestAsync(moneyd, endpoint, maxPrice: Price);
        response.ShouldSatisfyAllConditions(
            () => response.Status.ShouldBe(503), () => response.Price.ShouldBe(0UL));
        asked.ShouldBe(1);
        endpoint.Streams.Single().TotalReceived.ShouldBe(0UL);
    }

    [Fact]
    public async Task Of_a_price_in_three_packets_the_last_one_is_held()
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { MaxPacketAmount = 800_000 });
        await using var uplink = await Uplink.ConnectAsync(moneyd, "host");
        var seen = new List<(ulong Amount, ulong Before)>();
        await using var endpoint = new PayEndpoint(uplink, Price, async (money, stop) =>
        {
            seen.Add((money.Amount, money.TotalReceivedBefore));
            if (money.TotalReceivedBefore + money.Amount >= Price)
                await Task.Delay(TimeSpan.FromSeconds(4), stop);
            return MoneyDecision.Accept;
        });
        var response = await RequestAsync(moneyd, endpoint, maxPrice: Price);
        (response.Status, response.Price).ShouldBe((200, Price));
        seen.ShouldBe([(800_000, 0), (800_000, 800_000), (683_106, 1_600_000)]);
    }

    private static Task<IlpFetchResponse> RequestAsync(Moneyd moneyd, PayEndpoint endpoint, ulong maxPrice) =>
        IlpFetch.RequestAsync(
            new IlpFetchRequest("POST", new Uri(endpoint.Url, "pods?duration=600"))
            {
                Body = "{}",
                MaxPrice = maxPrice,
                BtpUrl = moneyd.UrlWith("payer"),
            },
            TimeSpan.FromSeconds(60));
}
