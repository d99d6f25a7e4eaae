using System.Net;
using System.Security.Cryptography;
using Codius.Host.Ingress;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Codius.Host.Tests.Ingress;

public sealed class StreamingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_arrive_while_the_pod_still_speaks(bool http2)
    {
        await using var fixture = await PodFixture.StartAsync();
        var next = new SemaphoreSlim(0);
        var pod = await fixture.AddPodAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(Patience);
            }
        });
        using var client = fixture.CreateClient(pod, http2);
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            (await reader.ReadLineAsync().WaitAsync(Patience)).ShouldBe($"data: {i}");
            await reader.ReadLineAsync();
            next.Release();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_megabytes_pass_in_both_directions_unchanged(bool http2)
    {
        await using var fixture = await PodFixture.StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);
        var pod = await fixture.AddPodAsync(async context =>
        {
            context.Response.Headers["X-Hash"] = Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body));
            await context.Response.Body.WriteAsync(bytes);
        });
        using var client = fixture.CreateClient(pod, http2);
        using var answer = await client.PostAsync("/", new ByteArrayContent(bytes));
        var hash = SHA256.HashData(bytes);
        answer.Headers.GetValues("X-Hash").ShouldBe([Convert.ToHexString(hash)]);
        SHA256.HashData(await answer.Content.ReadAsByteArrayAsync()).ShouldBe(hash);
    }

    [Fact]
    public async Task Every_byte_of_an_upload_reaches_the_pod_when_it_is_sent()
    {
        await using var fixture = await PodFixture.StartAsync();
        var arrived = new SemaphoreSlim(0);
        var pod = await fixture.AddPodAsync(async context =>
        {
            var buffer = new byte[100];
            while (await context.Request.Body.ReadAsync(buffer) > 0)
                arrived.Release();
            await context.Response.WriteAsync("all");
        });
        using var client = await RawClient.ConnectAsync(fixture.Host.Http);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync("x");
            (await arrived.WaitAsync(Patience)).ShouldBeTrue();
        }

        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 200 OK");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_ends_the_request_at_the_pod(bool http2)
    {
        await using var fixture = await PodFixture.StartAsync();
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var pod = await fixture.AddPodAsync(async context =>
        {
            context.RequestAborted.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
        });
        using var client = fixture.CreateClient(pod, http2);
        using var cancel = new CancellationTokenSource();
        var request = client.GetAsync("/", cancel.Token);
        await begun.Task.WaitAsync(Patience);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => request);
        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_body_that_the_pod_does_not_want_is_not_asked_for()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(async context =>
        {
            if (context.Request.Path == "/no")
                context.Response.StatusCode = 413;
            else
                await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        using var refused = await RawClient.ConnectAsync(fixture.Host.Http);
        await refused.SendAsync(Head("/no"));
        (await refused.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 413 ");
        using var wanted = await RawClient.ConnectAsync(fixture.Host.Http);
        await wanted.SendAsync(Head("/yes"));
        (await wanted.ReadUntilAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 100 Continue");
        await wanted.SendAsync("hello" + new string(' ', 4995));
        (await wanted.ReadToEndAsync()).ShouldContain("hello");

        string Head(string path) =>
            $"POST {path} HTTP/1.1\r\nHost: {pod}\r\nExpect: 100-continue\r\n"
            + "Content-Length: 5000\r\nConnection: close\r\n\r\n";
    }

    [Fact]
    public async Task Trailers_of_a_chunked_answer_reach_a_client_that_can_take_them()
    {
        await using var fixture = await PodFixture.StartAsync();
        using var pod = new ScriptedPod(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
            + "4\r\ntext\r\n0\r\nX-Sum: 42\r\n\r\n");
        var name = fixture.AddRoute(new PodRoute(IPAddress.Loopback, pod.Port));
        using var client = fixture.CreateClient(name, http2: true);
        using var answer = await client.GetAsync("/");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("text");
        answer.TrailingHeaders.GetValues("X-Sum").ShouldBe(["42"]);
    }

    [Fact]
    public async Task A_stopping_host_finishes_what_it_began()
    {
        await using var fixture = await PodFixture.StartAsync("Limits:DrainTimeout=00:00:10");
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var pod = await fixture.AddPodAsync(async context =>
        {
            begun.SetResult();
            await go.Task;
            await context.Response.WriteAsync("whole");
        });
        using var client = fixture.CreateClient(pod);
        var request = client.GetStringAsync("/");
        await begun.Task.WaitAsync(Patience);
        var stop = fixture.Host.StopAsync();
        go.SetResult();
        (await request.WaitAsync(Patience)).ShouldBe("whole");
        await stop.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_stopping_host_does_not_wait_for_ever()
    {
        await using var fixture = await PodFixture.StartAsync("Limits:DrainTimeout=00:00:00.3");
        var pod = await fixture.AddPodAsync(async context =>
        {
            context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            await context.Response.WriteAsync("part");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        using var client = fixture.CreateClient(pod);
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await fixture.Host.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));
        await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
    }
}
