using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class StreamHoldTests
{
    [Fact]
    public async Task Held_money_moves_when_it_is_accepted()
    {
        var decision = new TaskCompletionSource<MoneyDecision>();
        var asked = new TaskCompletionSource<IncomingMoney>();
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney((money, _) =>
        {
            asked.SetResult(money);
            return new ValueTask<MoneyDecision>(decision.Task);
        });
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1000);
        var money = await asked.Task.WaitAsync(StreamPair.Patience);
        (money.StreamId, money.Amount, money.TotalReceivedBefore, money.PacketAmount)
            .ShouldBe((1UL, 1000UL, 0UL, 1000UL));
        money.Stream.TotalReceived.ShouldBe(0UL);
        money.Stream.Held.ShouldBe(1000UL);

        // Meanwhile bytes and empty packets are answered.
        (await money.Connection.SendKeepAliveAsync().WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        (await stream.Connection.SendKeepAliveAsync().WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        stream.TotalSent.ShouldBe(0UL);

        decision.SetResult(MoneyDecision.Accept);
        (await stream.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        money.Stream.TotalReceived.ShouldBe(1000UL);
        money.Stream.Held.ShouldBe(0UL);
    }

    [Fact]
    public async Task Money_that_is_rejected_with_a_close_does_not_move_and_stops_the_sender()
    {
        var asked = 0;
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney((_, _) =>
        {
            Interlocked.Increment(ref asked);
            return ValueTask.FromResult(MoneyDecision.RejectAndClose(StreamErrorCode.ApplicationError, "no pod"));
        });
        var connection = pair.Connect();
        var stream = connection.OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        var closure = await connection.Completion.WaitAsync(StreamPair.Patience);
        closure.ShouldBe(new StreamClosure(StreamErrorCode.ApplicationError, "no pod", ByPeer: true));
        stream.TotalSent.ShouldBe(0UL);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(0UL);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Money_that_is_rejected_temporarily_comes_again()
    {
        var asked = 0;
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney((_, _) => ValueTask.FromResult(
            Interlocked.Increment(ref asked) < 3 ? MoneyDecision.RejectTemporary : MoneyDecision.Accept));
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        asked.ShouldBe(3);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(1000UL);
    }

    [Fact]
    public async Task Packets_of_a_third_of_the_price_are_decided_one_after_the_other()
    {
        var seen = new List<(ulong Amount, ulong Before)>();
        await using var pair = StreamPair.Create(new StreamOptions { MaxPacketAmount = 333 }).Receiving(999);
        pair.Arrange += connection => connection.OnMoney(async (money, _) =>
        {
            await Task.Yield();
            seen.Add((money.Amount, money.TotalReceivedBefore));
            return MoneyDecision.Accept;
        });
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(2000);
        (await stream.WaitForSentAsync(999).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
        seen.ShouldBe([(333, 0), (333, 333), (333, 666)]);
    }

    [Fact]
    public async Task Who_decides_is_told_to_stop_before_the_packet_expires()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource<CancellationToken>();
        await using var pair = StreamPair.Create(time: time).Receiving(1000);
        pair.Arrange = connection => connection.OnMoney(async (_, stop) =>
        {
            asked.TrySetResult(stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return MoneyDecision.Accept;
        });
        var client = new RawPeer(pair.Server, pair.Server.CreateCredentials(), time);
        var answer = client.SendAsync(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var stop = await asked.Task.WaitAsync(StreamPair.Patience);
        time.Advance(TimeSpan.FromSeconds(28));
        stop.IsCancellationRequested.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        stop.IsCancellationRequested.ShouldBeTrue();
        (await answer.WaitAsync(StreamPair.Patience)).Code.ShouldBe("T00");
    }

    [Fact]
    public async Task Expiries_at_the_ends_of_time_do_no_harm()
    {
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += static connection => connection.OnMoney(static async (_, _) =>
        {
            await Task.Yield();
            return MoneyDecision.Accept;
        });
        var client = new RawPeer(pair.Server, pair.Server.CreateCredentials());
        var prepare = client.Prepare(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var reply = await client.SendAsync(prepare.Forward(10, DateTimeOffset.MaxValue)).WaitAsync(StreamPair.Patience);
        reply.Code.ShouldBe("");
        prepare = client.Prepare(2, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        reply = await client.SendAsync(prepare.Forward(10, DateTimeOffset.MinValue)).WaitAsync(StreamPair.Patience);
        reply.Code.ShouldBe("T00");
        pair.Server.Connections.Single().TotalReceived.ShouldBe(10UL);
    }

    [Fact]
    public async Task An_acceptance_after_the_expiry_does_not_count()
    {
        var time = new ManualTime();
        var decision = new TaskCompletionSource<MoneyDecision>();
        await using var pair = StreamPair.Create(time: time).Receiving(1000);
        pair.Arrange += connection => connection.OnMoney((_, _) => new ValueTask<MoneyDecision>(decision.Task));
        var client = new RawPeer(pair.Server, pair.Server.CreateCredentials(), time);
        var answer = client.SendAsync(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var connection = await pair.Accepted.Task;
        time.Advance(TimeSpan.FromSeconds(30));
        decision.SetResult(MoneyDecision.Accept);
        (await answer.WaitAsync(StreamPair.Patience)).Code.ShouldBe("T00");
        connection.TotalReceived.ShouldBe(0UL);
        connection.FindStream(1)!.Held.ShouldBe(0UL);
    }

    [Fact]
    public async Task A_lost_link_ends_the_wait_and_nothing_is_taken()
    {
        var asked = new TaskCompletionSource<MoneyStream>();
        var stopped = new TaskCompletionSource();
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney(async (money, stop) =>
        {
            asked.SetResult(money.Stream);
            using var registration = stop.Register(stopped.SetResult);
            await stopped.Task;
            return MoneyDecision.Accept;
        });
        using var link = new CancellationTokenSource();
        var client = new RawPeer(pair.Server, pair.Server.CreateCredentials());
        var prepare = client.Prepare(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        var answer = client.SendAsync(prepare, link.Token);
        var stream = await asked.Task.WaitAsync(StreamPair.Patience);
        await link.CancelAsync();
        await stopped.Task.WaitAsync(StreamPair.Patience);
        await answer.WaitAsync(StreamPair.Patience);
        (stream.TotalReceived, stream.Held).ShouldBe((0UL, 0UL));
    }

    [Fact]
    public async Task Money_there_is_no_room_for_while_other_money_is_held_may_come_again_later()
    {
        var decision = new TaskCompletionSource<MoneyDecision>();
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney((_, _) => new ValueTask<MoneyDecision>(decision.Task));
        var client = new RawPeer(pair.Server, pair.Server.CreateCredentials());
        var held = client.SendAsync(1, 1000, frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        (await client.SendAsync(2, 1000, frames => frames.Add(StreamFrame.StreamMoney(1, 1)))).Code.ShouldBe("T00");
        decision.SetResult(MoneyDecision.Accept);
        (await held.WaitAsync(StreamPair.Patience)).Code.ShouldBe("");
        (await client.SendAsync(3, 1000, frames => frames.Add(StreamFrame.StreamMoney(1, 1)))).Code.ShouldBe("F99");
    }

    [Fact]
    public async Task Closing_the_connection_ends_the_wait()
    {
        var asked = new TaskCompletionSource();
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += connection => connection.OnMoney(async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return MoneyDecision.Accept;
        });
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1000);
        await asked.Task.WaitAsync(StreamPair.Patience);
        await (await pair.Accepted.Task).CloseAsync().WaitAsync(StreamPair.Patience);
        (await stream.WaitForSentAsync(1).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_decides_with_a_bug_takes_nothing()
    {
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += static connection => connection.OnMoney(static (_, _) => throw new InvalidOperationException());
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(1).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        (await stream.Completion).Code.ShouldBe(StreamErrorCode.InternalError);
    }

    [Fact]
    public async Task Nobody_is_asked_about_test_packets()
    {
        var asked = 0;
        await using var pair = StreamPair.Create().Receiving(ulong.MaxValue);
        pair.Arrange += connection => connection.OnMoney((_, _) =>
        {
            asked++;
            return ValueTask.FromResult(MoneyDecision.Accept);
        });
        (await pair.Connect().OpenAsync().WaitAsync(StreamPair.Patience)).ShouldBeNull();
        asked.ShouldBe(0);
    }

    [Fact]
    public async Task Only_the_stream_is_closed_when_that_is_decided()
    {
        await using var pair = StreamPair.Create().Receiving(1000);
        pair.Arrange += static connection => connection.OnMoney(static (money, _) => ValueTask.FromResult(
            money.StreamId == 1
                ? MoneyDecision.RejectAndCloseStream(StreamErrorCode.ApplicationError)
                : MoneyDecision.Accept));
        var connection = pair.Connect();
        var first = connection.OpenStream();
        first.SetSendMax(1000);
        (await first.WaitForSentAsync(1).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        var second = connection.OpenStream();
        second.SetSendMax(1000);
        (await second.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeTrue();
    }
}
