using Codius.EndToEnd.Clients;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Peers;
using Shouldly;
using Xunit;

namespace Codius.EndToEnd;

/// <summary>ilp-fetch 1.4.0 buys over a moneyd whose packets carry only a part of the price.</summary>
public sealed class IlpFetchTests(Images images)
{
    private const long Price = 2_283_106;

    [Theory]
    [InlineData(761_036, "Free")]
    [InlineData(100_000, "Challenge")]
    public async Task A_price_that_comes_in_many_packets_is_paid_to_the_unit(ulong maxPacketAmount, string quoteMode)
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { MaxPacketAmount = maxPacketAmount });
        await using var host = await CodiusHost.StartAsync(new HostSettings
        {
            BtpUrl = moneyd.UrlWith("host"),
            Others = new Dictionary<string, string> { ["QuoteMode"] = quoteMode },
        });
        var request = new IlpFetchRequest("POST", new Uri(host.Url, "/pods?duration=600"))
        {
            Body = new SampleManifest(images.Hello).ToBody(),
            BtpUrl = moneyd.UrlWith("payer"),
            MaxPrice = Price + 1,
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" },
        };

        await QuoteShouldBeAskedForAsync(host, request with { Method = "OPTIONS", MaxPrice = 0 }, quoteMode);

        var sold = await IlpFetch.RequestAsync(request, TimeSpan.FromSeconds(60));
        (sold.Status, sold.Price).ShouldBe((200, (ulong)Price), sold.Body);
        (await host.FetchAsync(sold.Json)).ShouldContain("Hello from");
        host.Ledger.ShouldBe(new HostLedger(Received: Price, Held: Price, 0, 0, 0));

        await host.KillAsync();
        await host.StartAsync();
        host.Ledger.ShouldBe(new HostLedger(Received: Price, Held: Price, 0, 0, 0));
    }

    private static async Task QuoteShouldBeAskedForAsync(CodiusHost host, IlpFetchRequest request, string quoteMode)
    {
        using var bare = new HttpRequestMessage(HttpMethod.Options, request.Url.PathAndQuery)
        {
            Content = new StringContent(request.Body!, null, "application/json"),
        };
        bare.Headers.Add("Pay-Token", Convert.ToBase64String(new byte[16]));
        using var first = await host.Http.SendAsync(bare);
        ((int)first.StatusCode).ShouldBe(quoteMode == "Free" ? 200 : 402);
        first.Headers.Contains("Pay").ShouldBe(quoteMode != "Free");

        var quote = await IlpFetch.RequestAsync(request);
        (quote.Status, quote.Price).ShouldBe((200, 0UL), quote.Body);
        quote.Json.GetProperty("price").GetString().ShouldBe($"{Price}");
    }
}
