using System.Net;
using System.Text.Json;
using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

/// <summary>Machine classes and what the operator does not take, as whoever uploads meets them.</summary>
public sealed class MachineTests
{
    private static readonly string[] Tiny =
    [
        "Machines:Classes:tiny-1:CostPerMonth=2", "Machines:Classes:tiny-1:MemoryMiB=64",
        "Machines:Classes:tiny-1:VirtualCpus=0.25", "Machines:Classes:tiny-1:Processes=100",
        "Machines:Classes:tiny-1:DiskMiB=32", "Machines:Classes:tiny-1:Files=1000",
        "Machines:Classes:tiny-1:LogMiB=1", "Machines:Classes:tiny-1:BandwidthMbit=5",
    ];

    private static readonly ResourceLimits TinyLimits =
        new(64L * 1024 * 1024, 250, 100, 32L * 1024 * 1024, 1000, 1024 * 1024, 5_000_000);

    [Theory]
    [InlineData("small", "2283106")]
    [InlineData("medium", "4566211")]
    [InlineData("large", "9132421")]
    public async Task A_larger_machine_costs_more(string machine, string price)
    {
        await using var host = await SellingHost.StartAsync();
        (await QuoteAsync(host, host.Manifest(machine: machine))).GetProperty("price").GetString().ShouldBe(price);
    }

    [Fact]
    public async Task A_pod_gets_what_its_class_says_also_in_the_hosts_next_life_and_without_the_class()
    {
        await using var host = await SellingHost.StartAsync(Tiny);
        var body = host.Manifest(machine: "tiny-1");
        (await QuoteAsync(host, body)).GetProperty("price").GetString().ShouldBe("456622");
        var sold = await host.BuyAsync(body);
        host.Runtime.Machine.Pods.Single().Limits.ShouldBe(TinyLimits);
        host.Runtime.Machine.Reboot();

        await host.RestartAsync();
        await host.PodsShouldBecomeAsync(1);
        host.Runtime.Machine.Pods.Single().Limits.ShouldBe(TinyLimits);
        var more = await host.CreatePayer().PayAsync(
            HttpMethod.Put, $"/pods?manifestHash={sold.GetProperty("manifestHash").GetString()}&duration=600", "");
        more.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await more.Content.ReadAsStringAsync()).ShouldContain("tiny-1");
    }

    [Fact]
    public async Task A_machine_that_is_not_sold_is_refused_and_those_that_are_are_named()
    {
        await using var host = await SellingHost.StartAsync(Tiny);
        var answer = await SendAsync(host, HttpMethod.Options, host.Manifest(machine: "medium"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("must be one of: small, tiny-1");
    }

    [Fact]
    public async Task The_host_tells_its_machines()
    {
        await using var host = await SellingHost.StartAsync(Tiny);
        var info = JsonElement.Parse(await host.Http.GetStringAsync("/info"));
        info.GetProperty("costPerMonth").GetDecimal().ShouldBe(10);
        var tiny = info.GetProperty("machines").EnumerateArray().First();
        tiny.GetProperty("name").GetString().ShouldBe("tiny-1");
        tiny.GetProperty("virtualCpus").GetDecimal().ShouldBe(0.25m);
        tiny.GetProperty("costPerMonth").GetDecimal().ShouldBe(2);
        tiny.GetProperty("bandwidthBitsPerSecond").GetInt64().ShouldBe(5_000_000);
    }

    [Fact]
    public async Task Concurrent_uploads_are_not_sold_the_same_cpu_twice()
    {
        // Two small pods and no more.
        var fraction = (2.0 / Environment.ProcessorCount).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var host = await SellingHost.StartAsync($"MaxCpuFraction={fraction}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => host.CreatePayer().PayAsync(
            HttpMethod.Post, "/pods?duration=600", host.Manifest($"pod-{i}"))));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(2);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ShouldBe(4);
        host.Runtime.Machine.Pods.Count.ShouldBe(2);
        (await host.BalancesAsync()).Received.ShouldBe(2 * (long)SellingHost.PriceOfTenMinutes);
        JsonElement.Parse(await host.Http.GetStringAsync("/info")).GetProperty("fullMem").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_operator_denies_is_refused_before_money_with_the_reason()
    {
        await using var host = await SellingHost.StartAsync("Admission:Deny:0=nginx");
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Post })
        {
            var answer = await SendAsync(host, method, host.Manifest());
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("refuses the image docker.io/library/nginx@");
            answer.Headers.Contains("Pay").ShouldBeFalse();
        }

        (await SendAsync(host, HttpMethod.Options, host.Manifest(image: "busybox"))).StatusCode
            .ShouldBe(HttpStatusCode.OK);
        host.Runtime.On(RuntimeOperation.Pull).Calls.ShouldBe(0);
    }

    [Fact]
    public async Task A_pod_that_runs_when_its_manifest_is_denied_runs_on_and_is_not_extended()
    {
        await using var host = await SellingHost.StartAsync();
        var sold = await host.BuyAsync(host.Manifest());
        var hash = sold.GetProperty("manifestHash").GetString();
        await host.RestartAsync($"Admission:Deny:0={hash}");
        host.Runtime.Machine.Pods.Count.ShouldBe(1);
        var more = await host.CreatePayer().PayAsync(HttpMethod.Put, $"/pods?manifestHash={hash}&duration=600", "");
        more.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(host, HttpMethod.Post, host.Manifest())).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Whoever_lets_uploads_come_to_nothing_again_and_again_has_to_wait()
    {
        await using var host = await SellingHost.StartAsync("Payments:MaxUnpaidPerCaller=2");
        host.Runtime.Machine.Registry = image =>
            new(Core.FailureKind.ImageNotFound, $"there is no {image}", Core.Blame.Caller);
        for (var i = 0; i < 2; i++)
        {
            (await host.CreatePayer().PayAsync(HttpMethod.Post, "/pods?duration=600", host.Manifest($"pod-{i}")))
                .StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        }

        var refused = await host.CreatePayer().PayAsync(HttpMethod.Post, "/pods?duration=600", host.Manifest());
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("were not paid for");
        host.Runtime.On(RuntimeOperation.Pull).Calls.ShouldBe(2);
    }

    private static async Task<JsonElement> QuoteAsync(SellingHost host, string body)
    {
        var answer = await SendAsync(host, HttpMethod.Options, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static async Task<HttpResponseMessage> SendAsync(SellingHost host, HttpMethod method, string body)
    {
        using var request = new HttpRequestMessage(method, "/pods?duration=600")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        return await host.Http.SendAsync(request);
    }
}
