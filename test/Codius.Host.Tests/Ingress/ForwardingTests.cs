using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Codius.Host.Tests.Ingress;

public sealed class ForwardingTests
{
    [Theory]
    [InlineData("/some/path?x=1")]
    [InlineData("/a%20b/%7Ex/%2e%2e/y?q=%2B&&r")]
    [InlineData("//double/../dots/./x")]
    [InlineData("/[brackets]|pipe^`\"?<>")]
    public async Task Path_and_query_reach_the_pod_byte_for_byte(string target)
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        var answer = await RawClient.ExchangeAsync(
            fixture.Host.Http, $"GET {target} HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200 OK");
        answer.ShouldContain($"GET {target}\n");
    }

    [Fact]
    public async Task Methods_bodies_statuses_and_the_host_name_pass_unchanged()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        using var client = fixture.CreateClient(pod);
        foreach (var method in new[] { "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/pods?status=418")
            {
                Content = new StringContent("""{"hi":1}"""),
            };
            using var answer = await client.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(418);
            var text = await answer.Content.ReadAsStringAsync();
            text.ShouldContain($"{method} /pods?status=418\n");
            text.ShouldContain($"Host: {pod}\n");
            text.ShouldEndWith("""{"hi":1}""");
        }
    }

    [Fact]
    public async Task A_pod_has_the_routes_of_the_host_for_itself()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        using var client = fixture.CreateClient(pod);
        foreach (var path in new[] { "/version", "/info", "/pods", "/", "/peers" })
            (await client.GetStringAsync(path)).ShouldStartWith($"GET {path}\n");
    }

    [Fact]
    public async Task What_strangers_say_about_proxies_is_replaced()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        using var client = await RawClient.ConnectAsync(fixture.Host.Http);
        await client.SendAsync(
            $"GET / HTTP/1.1\r\nHost: {pod}\r\nConnection: X-Mine, X-Forwarded-Proto\r\nX-Mine: 1\r\n"
            + "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 8.8.8.8\r\n"
            + "X-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\n"
            + "Forwarded: for=9.9.9.9\r\nX-Real-IP: 9.9.9.9\r\nProxy: evil\r\nKeep-Alive: timeout=1\r\nTE: gzip\r\n"
            + "Cookie: a=b\r\n\r\n");
        var answer = await client.ReadUntilAsync("\r\n0\r\n");
        answer.ShouldContain("X-Forwarded-For: 127.0.0.1\n");
        answer.ShouldContain($"X-Forwarded-Host: {pod}\n");
        answer.ShouldContain("X-Forwarded-Proto: http\n");
        answer.ShouldContain("Cookie: a=b\n");
        string[] gone = ["9.9.9.9", "8.8.8.8", "evil", "X-Mine", "Forwarded: ", "Keep-Alive", "TE: ", "traceparent"];
        foreach (var name in gone)
            answer.Replace("X-Forwarded", "x").ShouldNotContain(name, Case.Sensitive, answer);
    }

    [Fact]
    public async Task Cookies_of_a_pod_are_for_its_own_name()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(context =>
        {
            context.Response.Headers.SetCookie = new[] { "a=1; Domain=host.example; Path=/", "b=2; Secure" };
            return Task.CompletedTask;
        });
        using var client = fixture.CreateClient(pod);
        using var answer = await client.GetAsync("/");
        answer.Headers.GetValues("Set-Cookie").ShouldBe(["a=1; Path=/", "b=2; Secure"]);
    }

    [Fact]
    public async Task A_host_name_counts_in_any_letter_case_and_under_any_domain()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        var hash = pod[..pod.IndexOf('.')];
        foreach (var name in new[] { hash.ToUpperInvariant() + ".HOST.example:1234", hash + ".other.test.", hash })
        {
            using var client = fixture.CreateClient(name);
            (await client.GetStringAsync("/")).ShouldContain($"Host: {name}\n");
        }
    }

    [Fact]
    public async Task An_absolute_target_counts_only_when_it_names_the_same_host()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoAsync);
        (await AskAsync($"GET http://{pod}/version HTTP/1.1\r\nHost: {pod}")).ShouldContain("GET /version\n");
        (await AskAsync($"GET http://host.example/version HTTP/1.1\r\nHost: {pod}")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync($"GET http://{pod}/version HTTP/1.1\r\nHost: host.example")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync($"GET /version HTTP/1.1\r\nHost: a.example\r\nHost: {pod}")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync($"GET /version HTTP/1.1\r\nHost: user@{pod}")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync("GET /version HTTP/1.1")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync($"GET /version HTTP/1.1\r\nHost: \u00fc{pod}")).ShouldStartWith("HTTP/1.1 400 ");
        (await AskAsync($"CONNECT {pod}:80 HTTP/1.1\r\nHost: {pod}:80")).ShouldStartWith("HTTP/1.1 404 ");
        (await AskAsync("CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: 192.0.2.1:80")).ShouldStartWith("HTTP/1.1 404 ");

        Task<string> AskAsync(string head) =>
            RawClient.ExchangeAsync(fixture.Host.Http, head + "\r\nConnection: close\r\n\r\n");
    }

    [Fact]
    public async Task Answers_without_a_body_stay_without()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/204" ? 204 : 304;
            return Task.CompletedTask;
        });
        using var client = fixture.CreateClient(pod);
        (await client.GetAsync("/204")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetAsync("/304")).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var head = new HttpRequestMessage(HttpMethod.Head, "/304");
        (await (await client.SendAsync(head)).Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    /// <summary>Answers with the request as the pod saw it.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        if (int.TryParse(context.Request.Query["status"], out var status))
            context.Response.StatusCode = status;
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var text = new StringBuilder($"{context.Request.Method} {target}\n");
        foreach (var (name, value) in context.Request.Headers)
            text.Append(name).Append(": ").Append(value).Append('\n');
        using var reader = new StreamReader(context.Request.Body);
        text.Append(await reader.ReadToEndAsync());
        await context.Response.WriteAsync(text.ToString());
    }
}
