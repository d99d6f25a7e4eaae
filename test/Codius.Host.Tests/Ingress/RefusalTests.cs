using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Codius.Host.Ingress;
using Microsoft.AspNetCore.Http;

namespace Codius.Host.Tests.Ingress;

public sealed class RefusalTests
{
    [Fact]
    public async Task An_unknown_hash_is_not_found_in_the_words_of_the_original()
    {
        await using var fixture = await PodFixture.StartAsync();
        var hash = new string('B', 52);
        using var client = fixture.CreateClient($"{hash}.host.example:3000");
        await ShouldBeAsync(
            await client.GetAsync("/version"),
            HttpStatusCode.NotFound,
            "Not Found",
            $"no pod with that hash found. hash={hash.ToLowerInvariant()}");
    }

    [Fact]
    public async Task A_pod_that_refuses_has_no_port_or_does_not_run_is_unavailable()
    {
        await using var fixture = await PodFixture.StartAsync();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        PodRoute[] routes = [new(IPAddress.Loopback, port), new(IPAddress.Loopback, null), new(null, 80), default];
        foreach (var route in routes)
        {
            using var client = fixture.CreateClient(fixture.AddRoute(route));
            const string Word = "Service Unavailable";
            await ShouldBeAsync(await client.GetAsync("/"), HttpStatusCode.ServiceUnavailable, Word, Word);
        }
    }

    [Fact]
    public async Task A_pod_that_cannot_be_connected_in_time_times_out()
    {
        await using var fixture = await PodFixture.StartAsync("Ingress:ConnectTimeout=00:00:00.2");
        using var full = new FullListener();
        using var client = fixture.CreateClient(fixture.AddRoute(new PodRoute(IPAddress.Loopback, full.Port)));
        await ShouldBeAsync(
            await client.GetAsync("/"), HttpStatusCode.GatewayTimeout, "Gateway Time-out", "Gateway Time-out");
    }

    [Fact]
    public async Task A_pod_that_does_not_begin_to_answer_times_out_and_hears_of_it()
    {
        await using var fixture = await PodFixture.StartAsync("Ingress:FirstByteTimeout=00:00:00.2");
        var gone = new TaskCompletionSource();
        var pod = await fixture.AddPodAsync(async context =>
        {
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        using var client = fixture.CreateClient(pod);
        await ShouldBeAsync(
            await client.GetAsync("/"), HttpStatusCode.GatewayTimeout, "Gateway Time-out", "Gateway Time-out");
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no http at all\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n")]
    [InlineData("HTTP/1.1 999999 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nbroken header\r\n\r\n")]
    public async Task A_pod_that_speaks_no_http_is_a_bad_gateway(string answer)
    {
        await using var fixture = await PodFixture.StartAsync();
        using var pod = new ScriptedPod(answer);
        using var client = fixture.CreateClient(fixture.AddRoute(new PodRoute(IPAddress.Loopback, pod.Port)));
        await ShouldBeAsync(await client.GetAsync("/"), HttpStatusCode.BadGateway, "Bad Gateway", "Bad Gateway");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true)]
    public async Task An_answer_that_is_cut_short_never_looks_whole(string answer, bool http2)
    {
        await using var fixture = await PodFixture.StartAsync();
        using var pod = new ScriptedPod(answer);
        using var client = fixture.CreateClient(fixture.AddRoute(new PodRoute(IPAddress.Loopback, pod.Port)), http2);
        await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Every_refusal_is_json_that_names_a_trace()
    {
        await using var fixture = await PodFixture.StartAsync();
        using var client = fixture.CreateClient(fixture.AddRoute(default));
        using var json = JsonDocument.Parse(await (await client.GetAsync("/")).Content.ReadAsStringAsync());
        json.RootElement.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
        json.RootElement.GetProperty("type").GetString().ShouldBe("about:blank");
    }

    private static async Task ShouldBeAsync(
        HttpResponseMessage answer, HttpStatusCode status, string error, string message)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        json.RootElement.GetProperty("statusCode").GetInt32().ShouldBe((int)status);
        json.RootElement.GetProperty("error").GetString().ShouldBe(error);
        json.RootElement.GetProperty("message").GetString().ShouldBe(message);
        answer.Dispose();
    }
}
