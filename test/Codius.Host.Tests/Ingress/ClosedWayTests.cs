using System.Net;
using Codius.Host.Ingress;
using Microsoft.AspNetCore.Http;

namespace Codius.Host.Tests.Ingress;

/// <summary>
/// Those whom a pod serves when it stands still or is removed. It closes no connection of theirs: here it never ends
/// what it has begun.
/// </summary>
public sealed class ClosedWayTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset KeptUntil = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly CancellationTokenSource _way = new();
    private PodFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await PodFixture.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        _way.Dispose();
    }

    [Fact]
    public async Task A_request_to_a_pod_that_stands_still_before_it_answers_must_be_paid_for() =>
        await ShouldBecomeAsync(
            open => open with { PausedUntil = KeptUntil, Address = null }, HttpStatusCode.PaymentRequired);

    [Fact]
    public async Task A_request_to_a_pod_that_is_removed_before_it_answers_is_not_found() =>
        await ShouldBecomeAsync(_ => null, HttpStatusCode.NotFound);

    [Fact]
    public async Task A_request_to_a_pod_that_loses_its_sandbox_before_it_answers_is_told_that_it_is_unavailable() =>
        await ShouldBecomeAsync(open => open with { Address = null }, HttpStatusCode.ServiceUnavailable);

    [Fact]
    public async Task What_a_pod_was_still_sending_is_cut_off()
    {
        var pod = await _fixture.AddPodAsync(async context =>
        {
            await context.Response.WriteAsync("part");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        _fixture.ChangeRoute(pod, open => open with { Closed = _way.Token });
        using var client = _fixture.CreateClient(pod);
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await _way.CancelAsync();
        await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync().WaitAsync(Patience));
    }

    private async Task ShouldBecomeAsync(Func<PodRoute, PodRoute?> change, HttpStatusCode status)
    {
        var begun = new TaskCompletionSource();
        var pod = await _fixture.AddPodAsync(async context =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        _fixture.ChangeRoute(pod, open => open with { Closed = _way.Token });
        using var client = _fixture.CreateClient(pod);
        var request = client.GetAsync("/");
        await begun.Task.WaitAsync(Patience);
        _fixture.ChangeRoute(pod, change);
        await _way.CancelAsync();
        using var answer = await request.WaitAsync(Patience);
        answer.StatusCode.ShouldBe(status);
    }
}
