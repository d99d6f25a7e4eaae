using Codius.Testing.Peers;
using Shouldly;
using Xunit;

namespace Codius.Interop.Peers;

/// <summary>
/// The counterparts among themselves: when one of these fails, the others say nothing about our own code.
/// </summary>
public sealed class PeerTests
{
    public static TheoryData<string, string> Pairs { get; } = new(
        StreamRelease.All.SelectMany(_ => StreamRelease.All, (sender, receiver) => (sender.Version, receiver.Version)));

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_JavaScript_releases_pay_each_other_over_moneyd(string sender, string receiver)
    {
        await using var moneyd = await Moneyd.StartAsync();
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Of(receiver),
            moneyd.UrlWith("receiver"),
            receiveMax: 1_000_000_000,
            sendBack: 500,
            echo: true);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Of(sender),
            new StreamPayment(moneyd.UrlWith("sender"), server.Address, server.SharedSecret)
            {
                Amount = 2283106,
                Data = "hello",
                ReceiveMax = 500,
                ExpectedBytes = 5,
                ExpectedMoney = 500,
            });
        paid.ShouldBe(new StreamPaymentResult(2283106, 2283106, 500, "hello"));
        (await server.Events.NextAsync("stream-ended")).GetProperty("totalReceived").GetString().ShouldBe("2283106");
    }

    [Fact]
    public async Task Moneyd_splits_payments_by_its_largest_packet()
    {
        await using var moneyd = await Moneyd.StartAsync(new MoneydOptions { MaxPacketAmount = 1000 });
        await using var server = await StreamServerPeer.StartAsync(
            StreamRelease.Latest, moneyd.UrlWith("receiver"), receiveMax: 3000);
        var paid = await StreamClientPeer.PayAsync(
            StreamRelease.Latest,
            new StreamPayment(moneyd.UrlWith("sender"), server.Address, server.SharedSecret) { Amount = 3000 });
        paid.TotalDelivered.ShouldBe(3000UL);
        server.Events.EventsNamed("money").Count.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task The_original_moneyd_listens_on_its_port()
    {
        await using var moneyd = await OriginalMoneyd.StartAsync();
        await using var peer = await BtpPeer.ConnectAsync($"btp+ws://:original@127.0.0.1:{OriginalMoneyd.Port}");
        peer.Events.EventsNamed("connected").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bare_BTP_peers_answer_each_other()
    {
        await using var server = await BtpPeer.ListenAsync("secret");
        await using var client = await BtpPeer.ConnectAsync(server.Url);
        await client.PrepareAsync("test.parent.someone", 12, new byte[40]);
        (await client.Events.NextAsync("answer")).GetProperty("type").GetString().ShouldBe("ilp_fulfill");
        (await server.Events.NextAsync("prepare")).GetProperty("amount").GetString().ShouldBe("12");
    }

    [Fact]
    public async Task A_request_that_costs_nothing_goes_through_ilp_fetch()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var answer = await IlpFetch.RequestAsync(
            new IlpFetchRequest("GET", new Uri($"http://{registry.Host}/v2/")) { BtpUrl = "btp+ws://127.0.0.1:9" });
        answer.Status.ShouldBe(200);
        answer.Price.ShouldBe(0UL);
    }
}
