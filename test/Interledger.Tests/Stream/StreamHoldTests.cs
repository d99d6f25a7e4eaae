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
        (money.StreamId, money.Amount, money.TotalReceivedBefore, money.PacketAmount).ShouldBe((1UL, 1000UL, 0UL, 1000UL));
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
}
