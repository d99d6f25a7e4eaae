using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Codius.Host.Tests.Ingress;
using Microsoft.AspNetCore.Http;

namespace Codius.Host.Tests.Hosting;

public sealed class HostileSocketsTests(ITestOutputHelper output)
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData(Preface)]
    public async Task Random_bytes_on_any_port_trouble_nobody_else(string beginning)
    {
        await using var host = await RunningHost.StartAsync();
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var other = host.CreateClient();
        for (var i = 0; i < 60; i++)
        {
            var bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            using var client = await RawClient.ConnectAsync(i % 2 == 0 ? host.Http : host.H2c);
            await SendOrBeCutAsync(client, [.. Encoding.ASCII.GetBytes(beginning), .. bytes]);
            if (i % 10 == 0)
                (await other.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await other.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var http2 = host.CreateClient(http2: true);
        (await http2.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("NONSENSE\r\n\r\n", "400")]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", "505")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n continued: x\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", "400")]
    public async Task A_request_that_is_none_is_refused_without_a_word_about_the_program(string request, string status)
    {
        await using var host = await RunningHost.StartAsync();
        var answer = await RawClient.ExchangeAsync(host.Http, request);
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        answer.ShouldNotContain("Kestrel");
        answer.ShouldNotContain(" at ");
    }

    [Fact]
    public async Task Huge_heads_are_refused_while_they_come()
    {
        await using var host = await RunningHost.StartAsync();
        var path = new string('a', 10_000);
        (await AskAsync($"GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n")).ShouldStartWith("HTTP/1.1 414 ");
        var value = new string('a', 40_000);
        (await AskAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {value}\r\n\r\n")).ShouldStartWith("HTTP/1.1 431 ");
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));
        (await AskAsync($"GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")).ShouldStartWith("HTTP/1.1 431 ");

        Task<string> AskAsync(string request) => RawClient.ExchangeAsync(host.Http, request);
    }

    [Fact]
    public async Task Half_a_request_is_not_waited_for_longer_than_the_setting_says()
    {
        await using var host = await RunningHost.StartAsync(null, "Limits:HeadersTimeout=00:00:01");
        using var client = await RawClient.ConnectAsync(host.Http);
        await client.SendAsync("GET /version HTTP/1.1\r\nHost: a\r\n");
        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_give_way_to_later_ones()
    {
        await using var host = await RunningHost.StartAsync(null, "Limits:MaxConnections=10");
        var idle = new List<RawClient>();
        for (var i = 0; i < 10; i++)
        {
            idle.Add(await RawClient.ConnectAsync(host.Http));
            await idle[i].SendAsync("GET /version HTTP/1.1\r\nHost: a\r\n\r\n");
            await idle[i].ReadUntilAsync("Codiusd");
        }

        const string Request = "GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        (await RawClient.ExchangeAsync(host.Http, Request)).ShouldBeEmpty();
        idle.ForEach(client => client.Dispose());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await RawClient.ExchangeAsync(host.Http, Request) is "")
            deadline.Token.ThrowIfCancellationRequested();
    }

    [Theory]
    [InlineData("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nX")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\nX")]
    [InlineData("Transfer-Encoding: xchunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")]
    [InlineData("Content-Length: 5, 5", "hello")]
    [InlineData("Transfer-Encoding: chunked", "5;\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    public async Task A_body_with_an_unclear_end_smuggles_no_request_to_a_pod(string framing, string body)
    {
        await using var fixture = await PodFixture.StartAsync();
        var seen = new ConcurrentQueue<string>();
        var pod = await fixture.AddPodAsync(async context =>
        {
            seen.Enqueue(context.Request.Path);
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        using var client = await RawClient.ConnectAsync(fixture.Host.Http);
        await SendOrBeCutAsync(client, Encoding.ASCII.GetBytes(
            $"POST /first HTTP/1.1\r\nHost: {pod}\r\n{framing}\r\n\r\n{body}"
            + $"GET /smuggled HTTP/1.1\r\nHost: {pod}\r\n\r\n"));
        (await client.ReadToEndAsync()).ShouldNotContain("HTTP/1.1 200");
        seen.ShouldNotContain("/smuggled");
    }

    [Fact]
    public async Task Http1_on_the_port_of_http2_is_refused()
    {
        await using var host = await RunningHost.StartAsync();
        (await RawClient.ExchangeAsync(host.H2c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).ShouldStartWith("HTTP/1.1 400 ");
    }

    private static async Task SendOrBeCutAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            // The host had enough before the end.
        }
    }
}
