using System.Net;
using System.Net.Sockets;
using Codius.Testing.Processes;
using Interledger.Addresses;
using Interledger.Http;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Http;

public sealed class HttpLinkTests
{
    [Fact]
    public async Task A_packet_is_posted_with_the_token_and_nothing_that_says_more_of_us()
    {
        await using var server = RawHttpServer.Answering(RawHttpServer.Ok(IlpReply.Fulfill(Fulfillment).Packet.Span));
        await using var link = LinkTo(server.Url);
        var prepare = Prepare(data: [1, 2, 3]);

        (await link.SendAsync(prepare, default)).Fulfills(Condition).ShouldBeTrue();

        var request = server.Requests.ShouldHaveSingleItem();
        request.Lines.ShouldBe(
            [
                "POST /ilp HTTP/1.1",
                $"Host: {server.Url.Authority}",
                "Authorization: Bearer secret",
                "Content-Type: application/octet-stream",
                $"Content-Length: {prepare.Packet.Length}",
            ],
            ignoreOrder: true);
        request.Body.ShouldBe(prepare.Packet.ToArray());
        link.Status.ShouldBe(new HttpLinkStatus(HttpLinkState.Working));
    }

    [Fact]
    public async Task Packets_one_after_another_share_a_connection()
    {
        await using var server = new RawHttpServer(static async (_, stream, stop) =>
        {
            await stream.WriteAsync(RawHttpServer.Ok(IlpReply.Fulfill(Fulfillment).Packet.Span), stop);
            return true;
        });
        await using var link = LinkTo(server.Url);
        for (var i = 0; i < 20; i++)
            (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        server.ConnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_rejection_is_passed_on_as_it_is()
    {
        var rejection = IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.peer"), "no", [9]);
        await using var server = RawHttpServer.Answering(RawHttpServer.Ok(rejection.Packet.Span));
        await using var link = LinkTo(server.Url);
        (await link.SendAsync(Prepare(), default)).Packet.ToArray().ShouldBe(rejection.Packet.ToArray());
        link.Status.State.ShouldBe(HttpLinkState.Working);
    }

    [Theory]
    [InlineData(401, "T01", HttpLinkState.TokenRefused)]
    [InlineData(403, "T01", HttpLinkState.TokenRefused)]
    [InlineData(404, "T01", HttpLinkState.NotIlp)]
    [InlineData(405, "T01", HttpLinkState.NotIlp)]
    [InlineData(415, "T01", HttpLinkState.NotIlp)]
    [InlineData(204, "T01", HttpLinkState.NotIlp)]
    [InlineData(400, "T00", HttpLinkState.NotIlp)]
    [InlineData(413, "T00", HttpLinkState.NotIlp)]
    [InlineData(429, "T02", HttpLinkState.Unavailable)]
    [InlineData(503, "T02", HttpLinkState.Unavailable)]
    [InlineData(500, "T00", HttpLinkState.Unavailable)]
    [InlineData(502, "T01", HttpLinkState.Unavailable)]
    [InlineData(504, "T01", HttpLinkState.Unavailable)]
    [InlineData(999, "T00", HttpLinkState.Unavailable)]
    public async Task Other_statuses_are_rejections_and_show_in_the_state(int status, string code, HttpLinkState state)
    {
        await using var server = RawHttpServer.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        await using var link = LinkTo(server.Url);
        (await link.SendAsync(Prepare(), default)).Code.ToString().ShouldBe(code);
        link.Status.State.ShouldBe(state);
        link.Status.Detail.ShouldContain($"{status}");
        link.Status.Failures.ShouldBe(1);
    }

    [Fact]
    public async Task A_peer_that_is_down_is_unreachable_until_it_is_back()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Next());
        var nobody = new Uri($"http://{listener.LocalEndpoint}/");
        await using var down = LinkTo(nobody);
        var states = new List<HttpLinkState>();
        down.StatusChanged += (_, _) => states.Add(down.Status.State);
        for (var i = 0; i < 2; i++)
            (await down.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        down.Status.Failures.ShouldBe(2);
        down.Status.Detail.ShouldNotBeEmpty();

        listener.Start();
        var serving = ServeOnceAsync(listener);
        (await down.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        await serving;
        states.ShouldBe([HttpLinkState.Unreachable, HttpLinkState.Working]);
        down.Status.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_in_time_is_a_time_out()
    {
        await using var server = new RawHttpServer(static async (_, _, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            return false;
        });
        await using var link = LinkTo(server.Url);
        (await link.SendAsync(Prepare(0.2), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        (await link.SendAsync(Prepare(-1), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        server.Requests.Count.ShouldBe(1);

        using var stop = new CancellationTokenSource();
        var waiting = link.SendAsync(Prepare(), stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting);

        var last = link.SendAsync(Prepare(), default);
        await link.DisposeAsync();
        (await last).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        link.IsConnected.ShouldBeFalse();
        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task More_packets_than_may_be_under_way_are_answered_busy_at_once()
    {
        var answer = new TaskCompletionSource();
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            await answer.Task.WaitAsync(stop);
            await stream.WriteAsync(RawHttpServer.Ok(IlpReply.Fulfill(Fulfillment).Packet.Span), stop);
            return true;
        });
        await using var link = new HttpLink(
            new HttpLinkOptions { Endpoint = server.Url, Token = "secret", MaxOutstanding = 2 });
        var first = link.SendAsync(Prepare(), default).AsTask();
        var second = link.SendAsync(Prepare(), default).AsTask();
        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerBusy);
        answer.SetResult();
        (await Task.WhenAll(first, second)).ShouldAllBe(reply => reply.IsFulfill);
    }

    [Fact]
    public async Task The_token_can_be_changed_and_is_shown_to_nobody()
    {
        await using var server = RawHttpServer.Answering("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n");
        var options = new HttpLinkOptions { Endpoint = server.Url, Token = "hush-1" };
        await using var link = new HttpLink(options);
        await link.SendAsync(Prepare(), default);
        link.UseToken("hush-2");
        await link.SendAsync(Prepare(), default);
        server.Requests.Select(request => request.Lines.Single(line => line.StartsWith("Authorization")))
            .ShouldBe(["Authorization: Bearer hush-1", "Authorization: Bearer hush-2"]);
        $"{options} {link.Status}".ShouldNotContain("hush");
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/", "secret")]
    [InlineData("http://me:pass@127.0.0.1/", "secret")]
    [InlineData("/ilp", "secret")]
    [InlineData("http://127.0.0.1/", "")]
    [InlineData("http://127.0.0.1/", "two words")]
    [InlineData("http://127.0.0.1/", "line\r\nHost: x")]
    public void What_cannot_work_is_refused_when_the_link_is_made(string endpoint, string token) =>
        Should.Throw<ArgumentException>(() => new HttpLink(new HttpLinkOptions
        {
            Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute),
            Token = token,
        }));

    [Fact]
    public async Task What_the_peer_posted_is_answered_by_the_handler()
    {
        await using var link = new HttpLink(new HttpLinkOptions());
        link.IsConnected.ShouldBeFalse();
        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        (await link.ReceiveAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        link.OnPrepare(EchoAsync);
        (await link.ReceiveAsync(Prepare(data: [4]), default)).Data.ToArray().ShouldBe([4]);
        (await link.ReceiveAsync(Prepare(-1), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        await link.DisposeAsync();
        (await link.ReceiveAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
    }

    [Fact]
    public async Task A_handler_that_waits_has_until_the_expiry_and_counts_against_the_limit_meanwhile()
    {
        await using var link = new HttpLink(new HttpLinkOptions { MaxUnanswered = 1 });
        link.OnPrepare(NeverAsync);
        (await link.ReceiveAsync(Prepare(0.1), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
        (await link.ReceiveAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.ConnectorBusy);
    }

    [Fact]
    public async Task A_handler_is_told_when_the_peer_does_not_wait_any_more()
    {
        await using var link = new HttpLink(new HttpLinkOptions { MaxUnanswered = 1 });
        link.OnPrepare(NeverAsync);
        using var gone = new CancellationTokenSource();
        var waiting = link.ReceiveAsync(Prepare(), gone.Token);
        await gone.CancelAsync();
        (await waiting).Code.ShouldBe(IlpErrorCode.PeerUnreachable);

        link.OnPrepare(EchoAsync);
        (await link.ReceiveAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
    }

    private static HttpLink LinkTo(Uri url) => new(new HttpLinkOptions { Endpoint = url, Token = "secret" });

    private static async Task ServeOnceAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        var buffer = new byte[4096];
        (await stream.ReadAtLeastAsync(buffer, 200)).ShouldBeGreaterThan(200);
        await stream.WriteAsync(RawHttpServer.Ok(IlpReply.Fulfill(Fulfillment).Packet.Span));
    }
}
