using Codius.Testing.Processes;
using Interledger.Btp;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Btp;

public sealed class BtpLinkTests : IAsyncLifetime
{
    private readonly BtpTestServer _server = new(new BtpServerOptions
    {
        Connection = new BtpOptions { MaxUnanswered = 10 },
    });

    private readonly List<BtpClient> _clients = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Packets_go_both_ways_over_one_connection()
    {
        var client = await ConnectAsync();
        client.OnPrepare(EchoAsync);
        _server.Link.OnPrepare(EchoAsync);

        var there = await client.SendAsync(Prepare(data: [1, 2, 3]), default);
        var back = await _server.Link.SendAsync(Prepare(data: [4, 5]), default);

        there.Fulfills(Condition).ShouldBeTrue();
        there.Data.ToArray().ShouldBe([1, 2, 3]);
        back.Data.ToArray().ShouldBe([4, 5]);
    }

    [Fact]
    public async Task Answers_find_their_requests_in_whatever_order_they_come()
    {
        var client = await ConnectAsync();
        var held = new TaskCompletionSource();
        _server.Link.OnPrepare(async (prepare, _) =>
        {
            if (prepare.Data.Span[0] == 0)
                await held.Task;
            return IlpReply.Fulfill(Fulfillment, prepare.Data.Span);
        });

        var first = client.SendAsync(Prepare(data: [0]), default);
        for (byte i = 1; i < 100; i++)
            (await client.SendAsync(Prepare(data: [i]), default)).Data.ToArray().ShouldBe([i]);
        held.SetResult();
        (await first).Data.ToArray().ShouldBe([0]);
    }

    [Fact]
    public async Task The_largest_packet_passes()
    {
        var client = await ConnectAsync();
        _server.Link.OnPrepare(EchoAsync);
        var data = new byte[IlpEnvelope.MaxDataLength];
        Random.Shared.NextBytes(data);
        (await client.SendAsync(Prepare(data: data), default)).Data.ToArray().ShouldBe(data);
    }

    [Fact]
    public async Task A_packet_that_is_not_answered_in_time_is_a_time_out_and_a_late_answer_is_forgotten()
    {
        var client = await ConnectAsync();
        var held = new TaskCompletionSource();
        _server.Link.OnPrepare(async (prepare, _) =>
        {
            await held.Task;
            return IlpReply.Fulfill(Fulfillment, prepare.Data.Span);
        });
        (await client.SendAsync(Prepare(0.05), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        held.SetResult();
        (await client.SendAsync(Prepare(data: [7]), default)).Data.ToArray().ShouldBe([7]);
    }

    [Fact]
    public async Task More_unanswered_packets_than_allowed_are_turned_away_and_the_others_still_answered()
    {
        var client = await ConnectAsync();
        var held = new TaskCompletionSource();
        _server.Link.OnPrepare(async (prepare, _) =>
        {
            await held.Task;
            return IlpReply.Fulfill(Fulfillment);
        });
        var sent = Enumerable.Range(0, 12).Select(_ => client.SendAsync(Prepare(), default).AsTask()).ToList();
        for (var turnedAway = 0; turnedAway < 2; turnedAway++)
        {
            var answer = await Task.WhenAny(sent);
            (await answer).Code.ShouldBe(IlpErrorCode.ConnectorBusy);
            sent.Remove(answer);
        }

        held.SetResult();
        (await Task.WhenAll(sent)).ShouldAllBe(reply => reply.IsFulfill);
    }

    [Fact]
    public async Task More_outstanding_packets_than_allowed_are_not_sent()
    {
        var client = await ConnectAsync(new BtpClientOptions { Connection = new BtpOptions { MaxOutstanding = 1 } });
        _server.Link.OnPrepare(NeverAsync);
        var first = client.SendAsync(Prepare(), default);
        (await client.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerBusy);
        await client.DisposeAsync();
        (await first).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task The_end_of_a_connection_answers_what_waits_and_cancels_what_is_handled()
    {
        var client = await ConnectAsync();
        var cancelled = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        _server.Link.OnPrepare((prepare, token) =>
        {
            token.Register(() => cancelled.TrySetResult());
            arrived.SetResult();
            return NeverAsync(prepare, token);
        });
        var waiting = client.SendAsync(Prepare(), default);
        await arrived.Task;
        await client.DisposeAsync();

        (await waiting).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        client.IsConnected.ShouldBeFalse();
        (await client.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task A_sender_that_gives_up_gets_its_own_cancellation_and_the_link_lives_on()
    {
        var client = await ConnectAsync();
        _server.Link.OnPrepare(NeverAsync);
        using var stop = new CancellationTokenSource();
        var waiting = client.SendAsync(Prepare(), stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);

        _server.Link.OnPrepare(EchoAsync);
        (await client.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_sent_to_an_account_goes_over_its_newest_connection()
    {
        var older = await ConnectAsync();
        var newer = await ConnectAsync();
        older.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(Fulfillment, "older"u8)));
        newer.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(Fulfillment, "newer"u8)));

        (await _server.Link.SendAsync(Prepare(), default)).Data.ToArray().ShouldBe("newer"u8.ToArray());
        await newer.DisposeAsync();
        await Deadline.UntilAsync(() => Task.FromResult(_server.Link.ConnectionCount == 1), "connections");
        (await _server.Link.SendAsync(Prepare(), default)).Data.ToArray().ShouldBe("older"u8.ToArray());
    }

    private async Task<BtpClient> ConnectAsync(BtpClientOptions? options = null)
    {
        var client = new BtpClient(_server.Url, options);
        _clients.Add(client);
        var connections = _server.Link.ConnectionCount;
        (await client.ConnectAsync(default)).State.ShouldBe(BtpClientState.Connected);
        await Deadline.UntilAsync(() => Task.FromResult(_server.Link.ConnectionCount > connections), "connections");
        return client;
    }
}
