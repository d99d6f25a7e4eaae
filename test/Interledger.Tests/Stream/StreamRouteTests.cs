using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>What routes do to payments: exchange rates, limits, loss, and disorder.</summary>
public sealed class StreamRouteTests
{
    private static readonly StreamOptions Hasty = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        MaxAttempts = 100,
    };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_receiver_never_has_less_than_the_sender_believes(int seed)
    {
        var hop = new Hop
        {
            Seed = seed,
            LoseRequest = 0.1,
            LoseAnswer = 0.1,
            Duplicate = 0.1,
            Delay = 0.5,
            Busy = 0.05,
            MaxPacketAmount = 700,
        };
        var client = Hasty with { MaxMoneyInFlight = 1 + (seed % 8) };
        await using var pair = StreamPair.Create(
            client, Hasty, link => new HopLink(link, hop), link => new HopLink(link, hop with { Seed = seed + 1000 }));
        pair.Receiving(20_000).Arrange = static connection =>
        {
            var before = 0UL;
            connection.OnMoney(async (money, _) =>
            {
                await Task.Yield();
                money.TotalReceivedBefore.ShouldBe(before);
                before += money.Amount;
                return MoneyDecision.Accept;
            });
        };
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(20_000);
        var receiving = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        // What answers were lost for, the receiver has and the sender does not count.
        (await receiving.WaitForReceivedAsync(19_000).WaitAsync(StreamPair.Patience)).ShouldBeTrue($"seed {seed}");
        stream.TotalDelivered.ShouldBeLessThanOrEqualTo(receiving.TotalReceived, $"seed {seed}");
        receiving.TotalReceived.ShouldBeLessThanOrEqualTo(20_200UL, $"seed {seed}");
        receiving.Connection.TotalReceived.ShouldBe(receiving.TotalReceived, $"seed {seed}");
    }

    [Theory]
    [InlineData(1000, 20_000, 1_000_000)]
    [InlineData(1, 20_000, 1_000_000)]
    [InlineData(1, 900, 1_000_000_000_000)]
    public async Task What_is_tested_is_as_much_as_is_sent_and_more_only_where_that_tells_too_little(
        ulong rateInThousandths, ulong sendMax, ulong largest)
    {
        HopLink? hop = null;
        await using var pair = StreamPair.Create(
            disturbClient: link => hop = new HopLink(link, new Hop { RateInThousandths = () => rateInThousandths }));
        var connection = pair.Connect();
        connection.OpenStream().SetSendMax(sendMax);
        (await connection.OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();
        hop!.Largest.ShouldBe(largest);
    }

    [Fact]
    public async Task One_packet_measures_the_rate_and_opens_the_stream()
    {
        HopLink? hop = null;
        await using var pair = StreamPair.Create(disturbClient: link => hop = new HopLink(link, new Hop()));
        var connection = pair.Connect();
        var stream = connection.OpenStream(sendMax: 900, receiveMax: 200);
        (await connection.OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();
        var receiving = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        receiving.PeerReceiveMax.ShouldBe(200UL);
        hop!.Packets.ShouldBe(1);
        receiving.SetReceiveMax(300);
        (await stream.WaitForSentAsync(300).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Without_loss_both_sides_agree_to_the_unit(int seed)
    {
        var hop = new Hop { Seed = seed, Delay = 0.5, Busy = 0.1, MaxPacketAmount = (ulong)(100 * seed) };
        await using var pair = StreamPair.Create(Hasty, Hasty, link => new HopLink(link, hop));
        pair.Receiving(10_007);
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(10_007);
        (await stream.WaitForSentAsync(10_007).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        var server = await pair.Accepted.Task;
        (stream.TotalSent, stream.TotalDelivered, server.TotalReceived).ShouldBe((10_007UL, 10_007UL, 10_007UL));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Bytes_survive_loss_and_disorder(int seed)
    {
        var hop = new Hop { Seed = seed, LoseRequest = 0.1, LoseAnswer = 0.1, Duplicate = 0.1, Delay = 0.5 };
        await using var pair = StreamPair.Create(Hasty, Hasty, link => new HopLink(link, hop));
        var stream = pair.Connect().OpenStream();
        var sent = new byte[100_000];
        new Random(seed).NextBytes(sent);
        var writing = stream.WriteAsync(sent).AsTask();
        var received = new byte[sent.Length];
        var receiving = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        for (var count = 0; count < received.Length;)
            count += await receiving.ReadAsync(received.AsMemory(count)).AsTask().WaitAsync(StreamPair.Patience);
        received.ShouldBe(sent, $"seed {seed}");
        (await writing).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(500UL)]
    [InlineData(997UL)]
    [InlineData(1000UL)]
    [InlineData(1003UL)]
    [InlineData(250_000UL)]
    public async Task Amounts_are_converted_at_the_measured_rate(ulong rate)
    {
        await using var pair = StreamPair.Create(
            disturbClient: link => new HopLink(link, new Hop { RateInThousandths = () => rate }));
        var price = 1_000_000UL;
        pair.Receiving(price);
        var connection = pair.Connect();
        (await connection.OpenAsync()).ShouldBeNull();
        connection.Rate.ShouldNotBeNull().DestinationFor(1_000_000).ShouldBe(rate * 1000);
        var stream = connection.OpenStream();
        stream.SetSendMax(ulong.MaxValue / 1_000_000);
        var receiving = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        (await receiving.WaitForReceivedAsync(price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        receiving.TotalReceived.ShouldBeInRange(price, price + (price / 100));
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_rate_falls_by_more_than_the_slippage()
    {
        var rate = 1000UL;
        var options = Hasty with { MaxAttempts = 3 };
        await using var pair = StreamPair.Create(
            options, disturbClient: link => new HopLink(link, new Hop { RateInThousandths = () => rate }));
        pair.Receiving(100_000);
        var connection = pair.Connect();
        (await connection.OpenAsync()).ShouldBeNull();
        rate = 980;
        var stream = connection.OpenStream();
        stream.SetSendMax(100_000);
        (await stream.WaitForSentAsync(1).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        connection.SendFailure.ShouldNotBeNull().Reason.ShouldBe(StreamFailureReason.RateTooLow);
        stream.TotalSent.ShouldBe(0UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(0UL);
    }

    [Fact]
    public async Task A_rate_below_the_minimum_ends_the_connection_before_money_moves()
    {
        var options = new StreamOptions { MinimumRate = new ExchangeRate(1, 2) };
        await using var pair = StreamPair.Create(
            options, disturbClient: link => new HopLink(link, new Hop { RateInThousandths = static () => 499 }));
        var failure = await pair.Connect().OpenAsync();
        failure.ShouldNotBeNull().Reason.ShouldBe(StreamFailureReason.RateTooLow);
    }

    [Fact]
    public async Task Packets_shrink_to_what_the_route_forwards()
    {
        HopLink? hop = null;
        await using var pair = StreamPair.Create(
            disturbClient: link => hop = new HopLink(link, new Hop { MaxPacketAmount = 12_345 }));
        pair.Receiving(1_000_000);
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1_000_000);
        (await stream.WaitForSentAsync(1_000_000).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        hop!.Packets.ShouldBeLessThan(110);
    }

    [Fact]
    public async Task A_route_that_forwards_nothing_is_reported()
    {
        await using var pair = StreamPair.Create(
            Hasty, disturbClient: link => new HopLink(link, new Hop { MaxPacketAmount = 0 }));
        var failure = await pair.Connect().OpenAsync().WaitAsync(StreamPair.Patience);
        failure.ShouldNotBeNull().Code.ShouldBe(IlpErrorCode.AmountTooLarge);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(3_000_000UL)]
    public async Task A_receiver_that_is_not_there_is_reported_at_once(ulong liquidity)
    {
        HopLink? hop = null;
        await using var pair = StreamPair.Create(
            disturbClient: link => hop = new HopLink(link, new Hop { Liquidity = liquidity }));
        var credentials = pair.Server.CreateCredentials();
        var nowhere = credentials with { Address = Interledger.Addresses.IlpAddress.Parse("test.nowhere.x") };
        var failure = await pair.Client.Connect(nowhere).OpenAsync().WaitAsync(StreamPair.Patience);
        failure.ShouldNotBeNull().Reason.ShouldBe(StreamFailureReason.Unreachable);
        failure.Code.ShouldBe(IlpErrorCode.Unreachable);
        hop!.Packets.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task A_link_that_is_down_is_given_up_in_the_end()
    {
        var (left, right) = InMemoryLink.CreatePair();
        await using var pair = StreamPair.Create(Hasty with { MaxAttempts = 4 }, disturbClient: _ => left);
        await right.DisposeAsync();
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(100);
        (await stream.WaitForSentAsync(100).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        stream.Connection.SendFailure.ShouldNotBeNull().IsTemporary.ShouldBeTrue();
    }
}
