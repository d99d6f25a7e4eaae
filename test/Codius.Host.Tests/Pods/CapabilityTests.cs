using System.Net;
using Codius.Core.Leases;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

public sealed class CapabilityTests : IAsyncLifetime
{
    private const ulong Price = SellingHost.PriceOfTenMinutes;
    private SellingHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SellingHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_logs_of_a_pod_are_for_whoever_started_it()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        (await pod.LogsAsync()).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await pod.LogsAsync(CapabilitySecret.New().Value)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await pod.LogsAsync(pod.Payer.Token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await pod.LogsAsync(pod.Capability)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.RestartAsync();
        (await pod.LogsAsync(pod.Capability)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_debug_makes_public_is_public()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest(debug: true));
        (await pod.LogsAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await pod.LogsAsync(CapabilitySecret.New().Value)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_pays_later_does_not_get_the_logs()
    {
        await _host.BuyOwnedAsync(_host.Manifest());
        var later = await _host.BuyOwnedAsync(_host.Manifest());
        (await later.LogsAsync(later.Capability)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_client_that_brings_none_is_told_one_once_and_a_repeat_is_not()
    {
        var payer = _host.CreatePayer();
        var first = await payer.PayAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        var secret = first.Headers.GetValues("Pod-Capability").Single();
        string.Join(',', first.Headers.GetValues("Access-Control-Expose-Headers")).ShouldContain("Pod-Capability");
        (await first.Content.ReadAsStringAsync()).ShouldNotContain(secret);
        var repeat = await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        repeat.StatusCode.ShouldBe(HttpStatusCode.OK);
        repeat.Headers.Contains("Pod-Capability").ShouldBeFalse();
        var hash = _host.Runtime.Machine.Pods.Single().Manifest;
        (await _host.SendAsync(HttpMethod.Get, $"/pods/{hash}/logs", secret)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_capability_that_a_client_brings_is_not_repeated_to_anybody()
    {
        var pod = await _host.BuyOwnedAsync(_host.Manifest());
        var repeat = await pod.Payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest());
        repeat.StatusCode.ShouldBe(HttpStatusCode.OK);
        repeat.Headers.Contains("Pod-Capability").ShouldBeFalse();
        var everything = Directory.EnumerateFiles(_host.Directory["root"])
            .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal));
        foreach (var file in everything)
            (await ReadAsync(file)).ShouldNotContain(pod.Capability);
    }

    [Fact]
    public async Task A_stolen_token_does_not_give_the_pod_of_its_owner_to_the_thief()
    {
        var body = _host.Manifest();
        var owner = _host.CreatePayer();
        owner.Capability = CapabilitySecret.New().Value;
        await owner.ConnectAsync(await owner.RequestAsync(HttpMethod.Post, "/pods?duration=600", body), Price);
        var thief = _host.CreatePayer();
        (thief.Token, thief.Capability) = (owner.Token, CapabilitySecret.New().Value);
        (await thief.RequestAsync(HttpMethod.Post, "/pods?duration=600", body))
            .StatusCode.ShouldBe(HttpStatusCode.PaymentRequired);
        owner.Sent.ShouldBe(0UL);
        (await owner.RequestAsync(HttpMethod.Post, "/pods?duration=600", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("twenty-two-characters-and-a-blank is-none")]
    public async Task What_is_no_capability_is_refused_before_money_is_asked_for(string capability)
    {
        var payer = _host.CreatePayer();
        payer.Capability = capability;
        (await payer.RequestAsync(HttpMethod.Post, "/pods?duration=600", _host.Manifest()))
            .StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
