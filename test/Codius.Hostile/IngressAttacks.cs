using System.Net;
using Codius.Host.Tests;
using Codius.Hostile.Machines;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(HostUnderRunc.Name)]
public sealed class RuncIngress(RuncHost host) : IngressAttacks(host);

[Trait("Suite", "hostile")]
[Collection(HostUnderGvisor.Name)]
public sealed class GvisorIngress(GvisorHost host) : IngressAttacks(host);

/// <summary>
/// What clients send to pods that pods should never see, and what pods answer that clients should never get. The
/// control of each is the same without the host between: the web server in the pod believes it.
/// </summary>
public abstract class IngressAttacks(HostileHost host)
{
    private const string Forged = "6.6.6.6";

    private static string RandomPath => "/" + Guid.NewGuid().ToString("n");

    [Theory]
    [InlineData("Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nX")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 6", "0\r\n\r\nX")]
    [InlineData("Transfer-Encoding: xchunked\r\nContent-Length: 5", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\nContent-Length: 5", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\nContent-Length: 5", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding:\vchunked\r\nContent-Length: 5", "0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6", "hello")]
    [InlineData("Content-Length: 5, 6", "hello")]
    [InlineData("Content-Length: 5x", "hello")]
    public async Task A_request_is_not_smuggled_in_the_body_of_another(string framing, string body)
    {
        var path = RandomPath;
        string Request(string pod) =>
            $"POST {path} HTTP/1.1\r\nHost: {pod}\r\n{framing}\r\n\r\n{body}"
            + $"GET /smuggled{path} HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n";
        await host.ThroughIngressAsync(Request(host.Pod));
        (await host.SeenAsync()).ShouldNotContain($"/smuggled{path}");

        (await host.DirectlyAsync(Request("a"))).ShouldContain($"GET /smuggled{path}");
    }

    [Theory]
    [InlineData("X: a\nX-Forwarded-For: " + Forged)]
    [InlineData("X: a\rX-Forwarded-For: " + Forged)]
    [InlineData("X: a\r\n X-Forwarded-For: " + Forged)]
    [InlineData("X-Forwarded-For : " + Forged)]
    [InlineData("X-Forwarded-For: " + Forged)]
    [InlineData("x-forwarded-for: " + Forged + "\r\nConnection: X-Forwarded-For")]
    [InlineData("Forwarded: for=" + Forged)]
    [InlineData("X-Real-IP: " + Forged)]
    public Task A_client_does_not_say_who_it_is(string header) =>
        ShouldNotPassAsync(header, Forged);

    [Theory]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Original-URL: /evil.example")]
    [InlineData("X-Rewrite-URL: /evil.example")]
    [InlineData("Proxy: evil.example")]
    [InlineData("Host: evil.example")]
    public Task A_client_does_not_tell_a_pod_what_only_a_proxy_may(string header) =>
        ShouldNotPassAsync(header, "evil.example");

    [Fact]
    public async Task A_target_with_another_hosts_name_does_not_pass_for_a_pods()
    {
        string Request(string pod) => $"GET http://evil.example/ HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n";
        (await host.ThroughIngressAsync(Request(host.Pod))).ShouldNotContain("evil.example/");
        (await host.DirectlyAsync(Request("a"))).ShouldContain("evil.example/");
    }

    [Theory]
    [InlineData("CONNECT {0} HTTP/1.1")]
    [InlineData("GET http://{0}/ HTTP/1.1")]
    public async Task The_host_is_no_proxy_to_the_machines_own_ports(string line)
    {
        using var port = new GreetingPort(IPAddress.Loopback);
        var target = $"127.0.0.1:{port.Number}";
        var request = $"{string.Format(line, target)}\r\nHost: {host.Pod}\r\nConnection: close\r\n\r\n";
        (await host.ThroughIngressAsync(request)).ShouldNotContain("reached");
        request = $"{string.Format(line, target)}\r\nHost: {target}\r\nConnection: close\r\n\r\n";
        (await host.ThroughIngressAsync(request)).ShouldNotContain("reached");

        using var client = await RawClient.ConnectAsync(new IPEndPoint(port.Address, port.Number));
        (await client.ReadUntilAsync("reached")).ShouldContain("reached");
    }

    [Theory]
    [InlineData("a line", "414")]
    [InlineData("a header", "431")]
    [InlineData("headers", "431")]
    public async Task A_huge_head_is_refused_while_it_comes(string what, string status)
    {
        var path = RandomPath;
        var query = what == "a line" ? "?" + new string('a', 20_000) : "";
        string Request(string pod) => $"GET {path}{query} HTTP/1.1\r\n"
            + $"Host: {pod}\r\nConnection: close\r\n"
            + (what == "a header" ? $"X: {new string('a', 100_000)}\r\n" : "")
            + (what == "headers" ? string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: 1\r\n")) : "")
            + "\r\n";
        (await host.ThroughIngressAsync(Request(host.Pod))).ShouldStartWith($"HTTP/1.1 {status} ");
        (await host.SeenAsync()).ShouldNotContain(path);

        (await host.DirectlyAsync(Request("a"))).ShouldContain(path);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: {0}\r\nX: ")]
    [InlineData("POST /pods HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{")]
    public async Task Many_who_send_byte_by_byte_are_sent_away_and_keep_nobody_from_his_page(string beginning)
    {
        using var patient = await RawClient.ConnectAsync(host.Server);
        await patient.SendAsync(string.Format(beginning, "a"));
        var slow = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawClient.ConnectAsync(host.Ingress)));
        var gone = slow.Select(client => DripAsync(client, string.Format(beginning, host.Pod))).ToList();
        (await host.SeenAsync()).ShouldContain("GET /seen");
        var answers = await Task.WhenAll(gone);
        answers.ShouldAllBe(answer => answer == "" || answer.StartsWith("HTTP/1.1 4"));

        // The pod by itself still waits for the rest, and takes it.
        await patient.SendAsync(new string('a', 999) + "\r\n\r\n");
        (await patient.ReadUntilAsync("200 OK")).ShouldContain("200 OK");
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("websocket")]
    [InlineData("anything")]
    public async Task An_upgrade_that_the_pod_does_not_want_opens_no_way_around_the_host(string protocol)
    {
        string Request(string pod) =>
            $"GET / HTTP/1.1\r\nHost: {pod}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\n"
            + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nSec-WebSocket-Version: 777\r\n"
            + "Sec-WebSocket-Key: eA==\r\n\r\n"
            + $"GET / HTTP/1.1\r\nHost: {pod}\r\nX-Forwarded-For: {Forged}\r\nConnection: close\r\n\r\n";
        var answer = await host.ThroughIngressAsync(Request(host.Pod));
        answer.ShouldNotContain(" 101 ");
        answer.ShouldNotContain(Forged);

        (await host.DirectlyAsync(Request("a"))).ShouldContain(Forged);
    }

    [Fact]
    public async Task A_pod_that_switches_protocols_unasked_gets_no_tunnel()
    {
        string Request(string pod) => $"GET /switch HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n";
        (await host.ThroughIngressAsync(Request(host.Pod))).ShouldStartWith("HTTP/1.1 502 ");
        (await host.DirectlyAsync(Request("a"))).ShouldStartWith("HTTP/1.1 101 ");
    }

    [Fact]
    public async Task A_pod_sets_no_cookie_for_other_pods()
    {
        string Request(string pod) => $"GET /cookie HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n";
        var answer = await host.ThroughIngressAsync(Request(host.Pod));
        answer.ShouldContain("Set-Cookie: id=1");
        answer.ShouldNotContain("Domain");
        (await host.DirectlyAsync(Request("a"))).ShouldContain("Domain=localhost");
    }

    [Fact]
    public async Task A_pod_whose_head_has_no_end_costs_the_host_no_more_than_its_beginning()
    {
        string Request(string pod) => $"GET /endless HTTP/1.1\r\nHost: {pod}\r\nConnection: close\r\n\r\n";
        (await host.ThroughIngressAsync(Request(host.Pod))).ShouldStartWith("HTTP/1.1 502 ");

        using var client = await RawClient.ConnectAsync(host.Server);
        await client.SendAsync(Request("a"));
        var read = 0;
        while (read < 10_000_000)
            read += await client.Stream.ReadAsync(new byte[64 * 1024]);
    }

    /// <summary>Sends a byte whenever there was none for a while, and returns what comes back in the end.</summary>
    private static async Task<string> DripAsync(RawClient client, string beginning)
    {
        using (client)
        {
            var answer = client.ReadToEndAsync();
            try
            {
                await client.SendAsync(beginning);
                using var drips = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
                while (!answer.IsCompleted && await drips.WaitForNextTickAsync())
                    await client.SendAsync("a");
            }
            catch (IOException)
            {
                // Sent away while it sent.
            }

            return await answer;
        }
    }

    private async Task ShouldNotPassAsync(string header, string what)
    {
        string Request(string pod) => $"GET / HTTP/1.1\r\nHost: {pod}\r\n{header}\r\nConnection: close\r\n\r\n";
        var answer = await host.ThroughIngressAsync(Request(host.Pod));
        answer.ShouldStartWith("HTTP/1.1 ");
        answer.ShouldNotContain(what);
        (await host.DirectlyAsync(Request("a"))).ShouldContain(what);
    }
}
