using System.Text;
using Codius.Testing.Processes;
using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Connector.Tests.Listeners.HttpTestServer;

namespace Interledger.Connector.Tests.Listeners;

/// <summary>Requests that are not what they seem, and clients that mean no good.</summary>
public sealed class IlpHttpHostileTests
{
    private const string Head = "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
        + "Content-Type: application/octet-stream\r\n";

    private static readonly string Packet = Encoding.Latin1.GetString(Prepare(60).Packet.Span);

    public static TheoryData<string, string> Oddities => new()
    {
        { Head + $"Content-Length: {Packet.Length}\r\nContent-Length: 3\r\n\r\n{Packet}", "400" },
        { Head + $"Content-Length: {Packet.Length}, {Packet.Length}\r\n\r\n{Packet}", "400" },
        { Head + "Content-Length: -5\r\n\r\n", "400" },
        { Head + "Content-Length: 99999999999999999999\r\n\r\n", "400" },
        { Head + "Content-Length: 1073741824\r\n\r\n", "413" },
        { Head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "415,400,501" },
        { Head + "Transfer-Encoding: identity\r\n\r\n", "400,501" },
        { Head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400" },
        { Head + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "400" },
        { Head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400" },
        { Head + "Authorization: Bearer other\r\nContent-Length: 0\r\n\r\n", "401" },
        { Head + "Expect: 200-maybe\r\nContent-Length: 2\r\n\r\nab", "400,417" },
        { Head.Replace("Host: x\r\n", "") + "Content-Length: 0\r\n\r\n", "400" },
        { Head.Replace("HTTP/1.1", "HTTP/3.7") + "Content-Length: 0\r\n\r\n", "505" },
        { Head.Replace("HTTP/1.1", "HTTP/1.0") + "\r\n", "400" },
        { Head + $"X-Long: {new string('a', 20_000)}\r\n\r\n", "431" },
        { "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001", "400" },
    };

    [Theory]
    [MemberData(nameof(Oddities))]
    public async Task Odd_framing_is_refused_and_never_taken_for_a_packet(string bytes, string statuses)
    {
        await using var server = await StartAsync();
        var came = 0;
        server.Link.OnPrepare((_, _) =>
        {
            came++;
            return ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        });
        var answer = await server.SendRawAsync(bytes);
        statuses.Split(',').ShouldContain(answer.Split(' ').ElementAtOrDefault(1), answer);
        came.ShouldBe(0);
    }

    // Both lengths in one request: Kestrel takes the chunks, and closes the connection so that nothing can follow.
    [Fact]
    public async Task Two_framings_at_once_bring_no_second_request()
    {
        await using var server = await StartAsync();
        var came = 0;
        server.Link.OnPrepare((_, _) =>
        {
            came++;
            return ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        });
        var smuggled = Head + $"Content-Length: {Packet.Length}\r\n\r\n{Packet}";
        await server.SendRawAsync(
            Head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled);
        came.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_given_up_and_others_are_served_meanwhile()
    {
        await using var server = await StartAsync(
            new IlpHttpEndpointOptions { BodyTimeout = TimeSpan.FromMilliseconds(300) });
        server.Link.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        var slow = server.SendRawAsync(Head + "Content-Length: 100\r\n\r\nabc", TimeSpan.FromSeconds(10));
        await using var link = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        (await link.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        (await slow).ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task An_account_that_floods_is_answered_busy_and_another_one_is_served()
    {
        await using var server = await StartAsync(link: new HttpLinkOptions { MaxUnanswered = 10 });
        await using var other = new HttpLink(new HttpLinkOptions());
        server.Tokens.Add("other", other);
        other.OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        var held = new TaskCompletionSource<IlpReply>();
        server.Link.OnPrepare((_, _) => new ValueTask<IlpReply>(held.Task));
        await using var flooder = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "secret" });
        await using var quiet = new HttpLink(new HttpLinkOptions { Endpoint = server.Url, Token = "other" });

        var packets = Enumerable.Range(0, 100).Select(_ => flooder.SendAsync(Prepare(), default).AsTask()).ToArray();
        (await quiet.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
        await Deadline.UntilAsync(() => packets.Count(packet => packet.IsCompleted) == 90, "90 are refused");
        held.SetResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        var replies = await Task.WhenAll(packets);
        replies.Count(reply => reply.IsFulfill).ShouldBe(10);
        replies.Count(reply => reply.Code == IlpErrorCode.ConnectorBusy).ShouldBe(90);
    }
}
