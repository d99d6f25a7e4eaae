using System.Text;
using Interledger.Http;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Http;

/// <summary>What a peer may answer to break a link; it costs it the packet and us nothing.</summary>
public sealed class HttpHostilePeerTests
{
    private static readonly byte[] Packet = IlpReply.Fulfill(Fulfillment).Packet.ToArray();

    public static TheoryData<string, string, HttpLinkState> Answers => new()
    {
        { "", "T01", HttpLinkState.Unreachable },
        { "HTTP/1.1 200 OK\r\nContent-Len", "T01", HttpLinkState.Unreachable },
        { "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\r", "T01", HttpLinkState.Unreachable },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n\r", "T01", HttpLinkState.Unreachable },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "T00", HttpLinkState.NotIlp },
        {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "T01",
            HttpLinkState.Unreachable
        },
        { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "T00", HttpLinkState.NotIlp },
        {
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n\r\u0002\u0000",
            "T00",
            HttpLinkState.NotIlp
        },
        { "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", "T00", HttpLinkState.NotIlp },
        { "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx", "T00", HttpLinkState.NotIlp },
        { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "T00", HttpLinkState.NotIlp },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u001f\u008b", "T00", HttpLinkState.NotIlp },
        { "SSH-2.0-OpenSSH_9.2\r\n", "T00", HttpLinkState.NotIlp },
        { "HTTP/9.9 200 OK\r\n\r\n", "T00", HttpLinkState.NotIlp },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Nonsense_is_rejected_and_the_next_packet_goes_through(
        string answer, string code, HttpLinkState state)
    {
        var first = true;
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            var bytes = first ? Encoding.Latin1.GetBytes(answer) : RawHttpServer.Ok(Packet);
            first = false;
            await stream.WriteAsync(bytes, stop);
            return false;
        });
        await using var link = LinkTo(server);
        (await link.SendAsync(Prepare(), default)).Code.ToString().ShouldBe(code, link.Status.Detail);
        link.Status.State.ShouldBe(state, link.Status.Detail);
        (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-8")]
    public async Task A_packet_is_known_by_its_bytes_and_not_by_its_media_type(string mediaType)
    {
        await using var server = RawHttpServer.Answering(RawHttpServer.Ok(Packet, mediaType));
        await using var link = LinkTo(server);
        (await link.SendAsync(Prepare(), default)).Fulfills(Condition).ShouldBeTrue();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-More: ")]
    [InlineData("HTTP/1.1 401 X\r\nContent-Length: 1073741824\r\n\r\n", "")]
    public async Task An_answer_without_end_is_cut_off_after_little_of_it(string head, string before)
    {
        const int Piece = 0x10000;
        var written = 0L;
        var cutOff = new TaskCompletionSource();
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            var piece = Encoding.ASCII.GetBytes(before + new string('x', Piece) + "\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
            try
            {
                for (; written < 1 << 30; written += Piece)
                    await stream.WriteAsync(piece, stop);
            }
            catch (IOException)
            {
                cutOff.SetResult();
            }

            return false;
        });
        await using var link = LinkTo(server);
        var reply = await link.SendAsync(Prepare(20), default);
        reply.Code.IsTemporary.ShouldBeTrue();
        await cutOff.Task.WaitAsync(TimeSpan.FromSeconds(20));
        written.ShouldBeLessThan(64 << 20); // What the sockets' buffers of both sides take.
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\n")]
    public async Task A_peer_that_only_promises_an_answer_has_until_the_expiry(string promise)
    {
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (await ticks.WaitForNextTickAsync(stop))
                await stream.WriteAsync(Encoding.ASCII.GetBytes(promise), stop);
            return false;
        });
        await using var link = LinkTo(server);
        (await link.SendAsync(Prepare(0.3), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
    }

    [Fact]
    public async Task A_peer_that_answers_byte_by_byte_has_until_the_expiry()
    {
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            foreach (var one in RawHttpServer.Ok(IlpReply.Fulfill(Fulfillment, new byte[1000]).Packet.Span))
            {
                await stream.WriteAsync(new[] { one }, stop);
                await ticks.WaitForNextTickAsync(stop);
            }

            return false;
        });
        await using var link = LinkTo(server);
        (await link.SendAsync(Prepare(0.3), default)).Code.ShouldBe(IlpErrorCode.TransferTimedOut);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = RawHttpServer.Answering(RawHttpServer.Ok(Packet));
        await using var server = RawHttpServer.Answering(
            $"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n");
        await using var link = LinkTo(server);
        (await link.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        link.Status.State.ShouldBe(HttpLinkState.NotIlp);
        elsewhere.ConnectionCount.ShouldBe(0);
    }

    [Fact]
    public async Task Cookies_and_challenges_of_a_peer_change_nothing_of_what_is_sent()
    {
        await using var server = RawHttpServer.Answering(
            "HTTP/1.1 401 X\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        await using var link = LinkTo(server);
        for (var i = 0; i < 2; i++)
            await link.SendAsync(Prepare(), default);
        server.Requests.Count.ShouldBe(2);
        server.Requests[1].Head.ShouldBe(server.Requests[0].Head);
    }

    [Fact]
    public async Task A_second_answer_behind_the_first_is_not_taken_for_that_of_the_next_packet()
    {
        var stray = RawHttpServer.Ok(IlpReply.Reject(IlpErrorCode.ApplicationError).Packet.Span);
        var first = true;
        await using var server = new RawHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(first ? [.. RawHttpServer.Ok(Packet), .. stray] : RawHttpServer.Ok(Packet), stop);
            first = false;
            return true;
        });
        await using var link = LinkTo(server);
        for (var i = 0; i < 3; i++)
            (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
    }

    private static HttpLink LinkTo(RawHttpServer server) =>
        new(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
}
