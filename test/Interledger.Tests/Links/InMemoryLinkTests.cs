using Interledger.Links;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Links;

public sealed class InMemoryLinkTests
{
    private readonly InMemoryLink _left;
    private readonly InMemoryLink _right;

    public InMemoryLinkTests() => (_left, _right) = InMemoryLink.CreatePair();

    [Fact]
    public async Task What_one_end_sends_the_other_one_answers()
    {
        _right.OnPrepare((prepare, _) => ValueTask.FromResult(IlpReply.Fulfill(Fulfillment, prepare.Data.Span)));
        _left.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable)));

        var there = await _left.SendAsync(Prepare(data: [1, 2, 3]), default);
        var back = await _right.SendAsync(Prepare(), default);

        there.Fulfills(Condition).ShouldBeTrue();
        there.Data.ToArray().ShouldBe([1, 2, 3]);
        back.Code.ShouldBe(IlpErrorCode.Unreachable);
    }

    [Fact]
    public async Task Without_a_handler_everything_is_rejected_as_unreachable()
    {
        var reply = await _left.SendAsync(Prepare(), default);
        reply.Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_before_the_expiry_is_a_time_out()
    {
        _right.OnPrepare(NeverAsync);
        var reply = await _left.SendAsync(Prepare(0.05), default);
        reply.Code.ShouldBe(IlpErrorCode.TransferTimedOut);
    }

    [Fact]
    public async Task An_expired_packet_does_not_reach_the_other_end()
    {
        var reached = false;
        _right.OnPrepare((_, _) =>
        {
            reached = true;
            return ValueTask.FromResult(IlpReply.Fulfill(Fulfillment));
        });
        var reply = await _left.SendAsync(Prepare(-1), default);
        reply.Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        reached.ShouldBeFalse();
    }

    [Fact]
    public async Task An_expiry_in_the_far_future_is_no_trouble()
    {
        var decide = new TaskCompletionSource<IlpReply>();
        _right.OnPrepare((_, _) => new ValueTask<IlpReply>(decide.Task));
        var waiting = _left.SendAsync(Prepare(1e10), default);
        decide.SetResult(IlpReply.Fulfill(Fulfillment));
        (await waiting).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task A_handler_that_fails_answers_with_an_internal_error()
    {
        _right.OnPrepare((_, _) => throw new InvalidOperationException("a secret"));
        var reply = await _left.SendAsync(Prepare(), default);
        reply.Code.ShouldBe(IlpErrorCode.InternalError);
        reply.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Disposing_one_end_closes_both_and_ends_what_waits()
    {
        _right.OnPrepare(NeverAsync);
        var waiting = _left.SendAsync(Prepare(), default);
        await _right.DisposeAsync();

        (await waiting).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        _left.IsConnected.ShouldBeFalse();
        (await _left.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task A_sender_that_gives_up_gets_its_own_cancellation()
    {
        using var stop = new CancellationTokenSource();
        _right.OnPrepare(NeverAsync);
        var waiting = _left.SendAsync(Prepare(), stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);
    }
}
