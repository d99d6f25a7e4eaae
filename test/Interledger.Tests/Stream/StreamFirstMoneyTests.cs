using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>Money in the first packet of a connection.</summary>
public sealed class StreamFirstMoneyTests
{
    private const ulong Price = 1000;

    [Fact]
    public async Task It_is_paid_in_one_packet_where_it_is_wanted()
    {
        HopLink? there = null;
        HopLink? back = null;
        await using var pair = StreamPair.Create(
            disturbClient: link => there = new HopLink(link, new Hop()),
            disturbServer: link => back = new HopLink(link, new Hop()));
        pair.Arrange += connection => connection.OnFirstMoney(Wanting(Price));
        var connection = pair.Connect();
        var stream = connection.OpenStream(sendMax: 5 * Price, receiveMax: 0, first: Price);

        (await connection.OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();

        (stream.TotalSent, stream.TotalDelivered, stream.Unanswered).ShouldBe((Price, Price, 0UL));
        connection.Rate.ShouldBe(new ExchangeRate(Price, Price));
        connection.PeerAsset.ShouldBe(pair.Server.Asset);
        var accepted = await pair.Accepted.Task;
        accepted.BeginsWithMoney.ShouldBeTrue();
        accepted.TotalReceived.ShouldBe(Price);
        (there!.Packets, back!.Packets).ShouldBe((1, 0));
    }

    [Fact]
    public async Task It_waits_until_it_is_known_what_is_wanted()
    {
        var asked = new TaskCompletionSource<MoneyStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        var wanted = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = StreamPair.Create();
        pair.Arrange += connection => connection.OnFirstMoney((stream, _) =>
        {
            asked.SetResult(stream);
            return new ValueTask<ulong>(wanted.Task);
        });
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        var payee = await asked.Task.WaitAsync(StreamPair.Patience);

        // Meanwhile other packets are answered.
        (await stream.Connection.SendKeepAliveAsync().WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (stream.TotalSent, payee.TotalReceived).ShouldBe((0UL, 0UL));

        wanted.SetResult(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        payee.TotalReceived.ShouldBe(Price);
    }

    [Fact]
    public async Task What_is_wanted_beyond_it_is_sent_as_ever()
    {
        await using var pair = StreamPair.Create();
        pair.Arrange += connection => connection.OnFirstMoney(Wanting(3 * Price));
        var stream = pair.Connect().OpenStream(5 * Price, 0, Price);
        (await stream.WaitForSentAsync(3 * Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await stream.Connection.SendKeepAliveAsync().WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        stream.TotalSent.ShouldBe(3 * Price);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(Price - 1)]
    public async Task What_is_not_wanted_so_is_refused_and_paid_as_ever_once_it_is(ulong limit)
    {
        await using var pair = StreamPair.Create();
        pair.Arrange += connection => connection.OnFirstMoney(Wanting(limit));
        var stream = pair.Connect().OpenStream(5 * Price, 0, Price);
        (await stream.Connection.OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();
        var payee = await pair.Opened.Task;
        payee.SetReceiveMax(2 * Price);
        (await stream.WaitForSentAsync(2 * Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        payee.TotalReceived.ShouldBe(2 * Price);
    }

    [Fact]
    public async Task Without_a_handler_the_limit_of_the_stream_holds()
    {
        await using var pair = StreamPair.Create().Receiving(Price);
        var stream = pair.Connect().OpenStream(2 * Price, 0, Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await pair.Accepted.Task).BeginsWithMoney.ShouldBeTrue();
    }

    [Fact]
    public async Task A_handler_that_throws_wants_nothing()
    {
        await using var pair = StreamPair.Create();
        pair.Arrange += connection => connection.OnFirstMoney((_, _) => throw new InvalidOperationException("a bug"));
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        (await stream.Connection.OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();
        stream.TotalSent.ShouldBe(0UL);
        (await pair.Opened.Task).SetReceiveMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(900)]
    [InlineData(1100)]
    public async Task Over_a_route_that_converts_what_is_wanted_arrives_all_the_same(int rateInThousandths)
    {
        await using var pair = StreamPair.Create(
            disturbClient: link => new HopLink(link, new Hop { RateInThousandths = () => (ulong)rateInThousandths }))
            .Receiving(Price);
        var stream = pair.Connect().OpenStream(2 * Price, 0, Price);
        var accepted = await pair.Accepted.Task.WaitAsync(StreamPair.Patience);
        var payee = accepted.FindStream(1)!;
        (await payee.WaitForReceivedAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        await stream.WaitForAnswersAsync().WaitAsync(StreamPair.Patience);
        stream.TotalDelivered.ShouldBe(payee.TotalReceived);
        payee.TotalReceived.ShouldBeInRange(Price, Price * 101 / 100);
    }

    [Fact]
    public async Task What_follows_it_is_sent_at_a_rate_that_was_measured_and_no_worse()
    {
        var robbed = 0;
        var hop = new Hop
        {
            // Of what is paid after the first money and the test, nearly nothing would arrive once.
            Arrives = amount => amount is > Price and < 2 * Price && Interlocked.Increment(ref robbed) == 1
                ? amount / 100
                : amount * 9 / 10,
        };
        await using var pair = StreamPair.Create(
            new StreamOptions { RetryDelay = TimeSpan.FromMilliseconds(1) },
            disturbClient: link => new HopLink(link, hop)).Receiving(Price);
        var stream = pair.Connect().OpenStream(5 * Price, 0, Price);
        var payee = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
        (await payee.WaitForReceivedAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        await stream.WaitForAnswersAsync().WaitAsync(StreamPair.Patience);
        stream.TotalSent.ShouldBeInRange(Price * 10 / 9, Price * 102 / 90);
        robbed.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData(1UL, 1UL, true)]
    [InlineData(2UL, 1UL, false)]
    public async Task It_is_not_sent_at_less_than_the_least_rate(ulong delivered, ulong sent, bool begins)
    {
        await using var pair = StreamPair.Create(new StreamOptions { MinimumRate = new ExchangeRate(delivered, sent) });
        pair.Arrange += connection => connection.OnFirstMoney(Wanting(Price));
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        await stream.Connection.OpenAsync().WaitAsync(StreamPair.Patience);
        (await pair.Accepted.Task).BeginsWithMoney.ShouldBe(begins);
        stream.TotalSent.ShouldBe(begins ? Price : 0);
    }

    [Fact]
    public async Task Over_a_route_that_carries_less_in_a_packet_it_comes_in_several()
    {
        await using var pair = StreamPair.Create(
            disturbClient: link => new HopLink(link, new Hop { MaxPacketAmount = 400 }));
        pair.Arrange += connection => connection.OnFirstMoney(Wanting(Price));
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        (await pair.Opened.Task.WaitAsync(StreamPair.Patience)).SetReceiveMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await pair.Accepted.Task).TotalReceived.ShouldBe(Price);
    }

    [Fact]
    public async Task A_sender_whose_packets_are_smaller_pays_as_ever()
    {
        await using var pair = StreamPair.Create(new StreamOptions { MaxPacketAmount = 400 }).Receiving(Price);
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await pair.Accepted.Task).BeginsWithMoney.ShouldBeFalse();
    }

    [Fact]
    public async Task A_receiver_that_closes_is_not_paid_and_says_why()
    {
        await using var pair = StreamPair.Create().Receiving(Price);
        pair.Arrange += connection => connection.OnMoney((_, _) => ValueTask.FromResult(
            MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "no pod")));
        var stream = pair.Connect().OpenStream(Price, 0, Price);
        var failure = await stream.Connection.OpenAsync().WaitAsync(StreamPair.Patience);
        failure!.Message.ShouldBe("no pod");
        stream.TotalSent.ShouldBe(0UL);
    }

    [Theory]
    [InlineData(0.0, 0.3)]
    [InlineData(0.3, 0.0)]
    [InlineData(0.3, 0.3)]
    public async Task Over_a_route_that_loses_packets_what_is_wanted_arrives_and_no_more(double request, double answer)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var hop = new Hop { Seed = seed, LoseRequest = request, LoseAnswer = answer, Duplicate = 0.2, Delay = 0.2 };
            await using var pair = StreamPair.Create(
                new StreamOptions { RetryDelay = TimeSpan.FromMilliseconds(1) },
                disturbClient: link => new HopLink(link, hop)).Receiving(Price);
            var stream = pair.Connect().OpenStream(2 * Price, 0, Price);
            var payee = await pair.Opened.Task.WaitAsync(StreamPair.Patience);
            (await payee.WaitForReceivedAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue($"seed {seed}");
            await stream.WaitForAnswersAsync().WaitAsync(StreamPair.Patience);
            payee.TotalReceived.ShouldBe(Price, $"seed {seed}");
            stream.TotalSent.ShouldBeLessThanOrEqualTo(Price, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Only_the_first_packet_can_bring_it()
    {
        await using var pair = StreamPair.Create().Receiving(Price);
        var connection = pair.Connect();
        Should.Throw<ArgumentOutOfRangeException>(() => connection.OpenStream(Price, 0, Price + 1));
        Should.Throw<ArgumentOutOfRangeException>(() => connection.OpenStream(Price, 0, 0));
        (await connection.SendKeepAliveAsync().WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => connection.OpenStream(Price, 0, Price));
    }

    [Fact]
    public async Task Money_that_follows_a_test_does_not_begin_a_connection()
    {
        await using var pair = StreamPair.Create().Receiving(Price);
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(Price);
        (await stream.WaitForSentAsync(Price).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await pair.Accepted.Task).BeginsWithMoney.ShouldBeFalse();
    }

    private static FirstMoneyHandler Wanting(ulong limit) => (_, _) => ValueTask.FromResult(limit);
}
