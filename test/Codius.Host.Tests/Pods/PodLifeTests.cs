using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.Pods;

/// <summary>From the sale of a pod to its end, by a clock that the tests move.</summary>
public sealed class PodLifeTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private PodHarness _host = null!;
    private ManifestRequest _request = null!;

    private static CapabilityId Somebody => CapabilitySecret.New().Id;

    public async ValueTask InitializeAsync()
    {
        _host = await PodHarness.StartAsync();
        _request = _host.Request();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task When_its_time_is_over_a_pod_stands_still_and_what_was_paid_is_earned()
    {
        var pod = await _host.BuyAsync(_request);
        _host.Pods.TryFind(pod.Record.Manifest, out var open).ShouldBeTrue();
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        pod = await StandsStillAsync(pod);
        pod.Record.PausedUntil.ShouldBe(pod.Record.ExpiresAt + TimeSpan.FromMinutes(10));
        _host.Pods.TryFind(pod.Record.Manifest, out var route).ShouldBeTrue();
        route.Address.ShouldBeNull();
        await Deadline.UntilAsync(() => open.Closed.IsCancellationRequested, "whoever waits for the pod is told");
        (await _host.BalancesAsync()).Earned.ShouldBe(PodHarness.Price);

        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.GoesAsync(pod);
        (await _host.BalancesAsync()).Credited.ShouldBe(0);
    }

    [Fact]
    public async Task A_pod_is_kept_no_longer_than_was_paid_for_last()
    {
        var pod = await _host.BuyAsync(_request, seconds: 5);
        _host.Clock.Advance(5 * Second);
        pod = await StandsStillAsync(pod);
        pod.Record.PausedUntil.ShouldBe(pod.Record.ExpiresAt + (5 * Second));
    }

    [Fact]
    public async Task Where_pods_are_not_kept_they_end_with_their_time()
    {
        _host.Options.PauseFor = TimeSpan.Zero;
        var pod = await _host.BuyAsync(_request);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.GoesAsync(pod);
        _host.Runtime.On(RuntimeOperation.Pause).Calls.ShouldBe(0);
    }

    [Fact]
    public async Task Paying_lets_a_paused_pod_go_on_from_now()
    {
        var pod = await PausedAsync();
        _host.Clock.Advance(TimeSpan.FromMinutes(3));
        var again = await _host.BuyAsync(_request, seconds: 60);
        again.State.ShouldBe(PodState.Running);
        again.Record.Id.ShouldBe(pod.Record.Id);
        again.Record.ExpiresAt.ShouldBe(_host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        _host.Machine.IsPaused(pod.Record.Id).ShouldBeFalse();
        (await _host.Store.LoadPodsAsync(default)).Single().PausedUntil.ShouldBeNull();
        (await _host.BalancesAsync()).Held.ShouldBe(PodHarness.Price / 10);
    }

    [Fact]
    public async Task A_payment_that_comes_to_nothing_leaves_a_paused_pod_paused()
    {
        var pod = await PausedAsync();
        var gate = _host.Runtime.On(RuntimeOperation.Status).Close();
        using var gone = new CancellationTokenSource();
        var buying = _host.TryBuyAsync(_request, Somebody, cancellationToken: gone.Token);
        await gate.Reached;
        await gone.CancelAsync();
        gate.Open();
        (await buying).Failure.ShouldNotBeNull();
        await StandsStillAsync(pod);
        (await _host.BalancesAsync()).Held.ShouldBe(0);
    }

    [Fact]
    public async Task A_pause_survives_the_host()
    {
        var pod = await PausedAsync();
        await _host.RestartAsync();
        pod = await StandsStillAsync(pod);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.GoesAsync(pod);
    }

    [Fact]
    public async Task A_host_that_died_before_the_pod_stood_still_lets_it_stand_still_in_its_next_life()
    {
        _host.Runtime.On(RuntimeOperation.Pause).ThrowNext(new IOException("no freezer"));
        var pod = await _host.BuyAsync(_request);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.BecomesAsync(pod, PodState.Paused);
        _host.Machine.IsPaused(pod.Record.Id).ShouldBeFalse();
        await _host.RestartAsync();
        await StandsStillAsync(pod);
    }

    [Fact]
    public async Task A_pod_whose_pause_failed_is_paused_a_moment_later()
    {
        _host.Runtime.On(RuntimeOperation.Pause).ThrowNext(new IOException("no freezer"));
        var pod = await _host.BuyAsync(_request);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.BecomesAsync(pod, PodState.Paused);
        await Deadline.UntilAsync(
            () =>
            {
                _host.Clock.Advance(Second);
                return _host.Machine.IsPaused(pod.Record.Id);
            },
            "it should be tried again");
    }

    [Fact]
    public async Task After_a_reboot_a_paused_pod_is_started_anew_when_somebody_pays()
    {
        var pod = await PausedAsync();
        _host.Machine.Reboot();
        await _host.RestartAsync();
        await _host.BecomesAsync(pod, PodState.Paused);
        _host.Machine.Pods.ShouldBeEmpty("nothing of it needs to be there");
        var again = await _host.BuyAsync(_request);
        again.Record.Id.ShouldNotBe(pod.Record.Id);
        _host.Machine.Pods.Single().Id.ShouldBe(again.Record.Id);
        _host.Machine.IsCaged(again.Record.Id).ShouldBeFalse();
        (await _host.Store.LoadPodsAsync(default)).Single().Id.ShouldBe(again.Record.Id);
    }

    [Fact]
    public async Task A_container_that_ends_is_started_again_after_longer_and_longer_pauses()
    {
        var pod = await _host.BuyAsync(_request);
        foreach (var delay in new[] { 1, 2, 4 })
        {
            _host.Machine.Exit(pod.Record.Id, "app", exitCode: 3);
            var down = await _host.BecomesAsync(pod, PodState.Restarting);
            down.Trouble.ShouldNotBeNull().ShouldContain("exit code 3");
            down.Containers.Single().LastEnd!.StartsAgainAt.ShouldBe(_host.Clock.GetUtcNow() + (delay * Second));
            _host.Clock.Advance(delay * Second);
            await _host.BecomesAsync(pod, PodState.Running);
        }

        var up = _host.Find(pod)!;
        up.Containers.Single().Status.Attempt.ShouldBe(3);
        up.Trouble.ShouldBeNull();
        _host.Notes.Of(pod.Record.Manifest).Select(note => note.Text).ShouldContain(
            "container app ended with exit code 3 (Error); it is started again in 4 s");
        up.Record.ExpiresAt.ShouldBe(pod.Record.ExpiresAt, "time runs on");
    }

    [Fact]
    public async Task A_pod_that_does_not_run_is_not_extended_until_it_does()
    {
        var pod = await _host.BuyAsync(_request);
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 3);
        await _host.BecomesAsync(pod, PodState.Restarting);
        var refused = (await _host.TryBuyAsync(_request, Somebody)).Failure.ShouldNotBeNull();
        refused.Kind.ShouldBe(FailureKind.Conflict);
        refused.Message.ShouldContain("exit code 3");
        _host.Clock.Advance(Second);
        await _host.BecomesAsync(pod, PodState.Running);
        (await _host.BuyAsync(_request)).Record.ExpiresAt.ShouldBe(pod.Record.ExpiresAt + TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_container_that_cannot_be_started_again_is_tried_again()
    {
        var pod = await _host.BuyAsync(_request);
        _host.Runtime.On(RuntimeOperation.Restart).FailNext(Failure.PodFailed("the program is gone"));
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 0);
        await _host.BecomesAsync(pod, PodState.Restarting);
        _host.Clock.Advance(Second);
        await Deadline.UntilAsync(
            () => _host.Find(pod)!.Trouble!.Contains("the program is gone"), "the cause should be told");
        _host.Clock.Advance(2 * Second);
        await _host.BecomesAsync(pod, PodState.Running);
    }

    [Fact]
    public async Task A_pod_whose_container_waits_when_the_host_dies_has_it_started_again()
    {
        var pod = await _host.BuyAsync(_request);
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 3);
        await _host.BecomesAsync(pod, PodState.Restarting);
        await _host.RestartAsync();
        await _host.BecomesAsync(pod, PodState.Restarting);
        _host.Clock.Advance(Second);
        await _host.BecomesAsync(pod, PodState.Running);
    }

    [Fact]
    public async Task A_pod_that_does_not_run_when_its_time_is_over_is_not_kept()
    {
        var pod = await _host.BuyAsync(_request, seconds: 10);
        _host.Runtime.On(RuntimeOperation.Restart).FailNext(Failure.PodFailed("no"));
        _host.Clock.Advance(9 * Second);
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 3);
        await _host.BecomesAsync(pod, PodState.Restarting);
        _host.Clock.Advance(Second);
        await _host.GoesAsync(pod);
    }

    [Fact]
    public async Task A_job_is_done_when_all_its_containers_ended_with_0()
    {
        var request = _host.Request(withPort: false, containers: 2);
        var pod = await _host.BuyAsync(request);
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 0);
        await Deadline.UntilAsync(
            () => _host.Find(pod)!.Containers[0].LastEnd is { StartsAgainAt: null }, "one should be done");
        _host.Find(pod)!.State.ShouldBe(PodState.Running);
        _host.Machine.Exit(pod.Record.Id, "app1", exitCode: 0);
        await _host.BecomesAsync(pod, PodState.Completed);
        (await _host.TryBuyAsync(request, Somebody)).Failure.ShouldNotBeNull().Kind.ShouldBe(FailureKind.Conflict);
        await _host.RestartAsync();
        await _host.BecomesAsync(pod, PodState.Completed);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await _host.GoesAsync(pod);
    }

    [Fact]
    public async Task A_job_that_failed_is_begun_again()
    {
        var pod = await _host.BuyAsync(_host.Request(withPort: false));
        _host.Machine.Exit(pod.Record.Id, "app", exitCode: 1);
        await _host.BecomesAsync(pod, PodState.Restarting);
        _host.Clock.Advance(Second);
        await _host.BecomesAsync(pod, PodState.Running);
    }

    [Fact]
    public async Task Its_readers_are_warned_before_a_pod_ends_and_again_after_an_extension()
    {
        var pod = await _host.BuyAsync(_request);
        _host.Clock.Advance(TimeSpan.FromMinutes(8.9));
        Warnings(pod).ShouldBe(0);
        _host.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await Deadline.UntilAsync(() => Warnings(pod) == 1, "a warning");
        await _host.BuyAsync(_request);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await Deadline.UntilAsync(() => Warnings(pod) == 2, "another warning");
    }

    [Fact]
    public async Task Whoever_started_a_pod_ends_it_and_everybody_gets_what_was_not_used()
    {
        var (owner, other) = (Somebody, Somebody);
        var pod = await _host.BuyAsync(_request, owner);
        await _host.BuyAsync(_request, other);
        _host.Clock.Advance(TimeSpan.FromMinutes(5));
        var ending = Ended(await _host.Pods.StopAsync(pod.Record.Manifest, owner));
        ending.ExpiresAt.ShouldBeNull();
        ending.Settlement.Leases.Select(lease => (lease.Capability, lease.Unused)).ShouldBe(
            [(owner, PodHarness.Price / 2), (other, PodHarness.Price)]);
        await _host.GoesAsync(pod);
        (await _host.BalancesAsync()).Earned.ShouldBe(PodHarness.Price / 2);
        (await _host.Pods.StopAsync(pod.Record.Manifest, owner)).Failure!.Kind.ShouldBe(FailureKind.NotFound);
    }

    [Fact]
    public async Task Whoever_paid_besides_takes_back_his_own_time_alone()
    {
        var (owner, other) = (Somebody, Somebody);
        var pod = await _host.BuyAsync(_request, owner);
        await _host.BuyAsync(_request, other);
        var ending = Ended(await _host.Pods.StopAsync(pod.Record.Manifest, other));
        ending.ExpiresAt.ShouldBe(pod.Record.ExpiresAt);
        ending.Settlement.Credited.ShouldBe(PodHarness.Price);
        _host.Find(pod)!.State.ShouldBe(PodState.Running);
        (await _host.Pods.StopAsync(pod.Record.Manifest, other)).Failure!.Kind.ShouldBe(FailureKind.Forbidden);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        await StandsStillAsync(pod);
    }

    [Fact]
    public async Task Who_has_paid_for_nothing_ends_nothing()
    {
        var pod = await _host.BuyAsync(_request);
        (await _host.Pods.StopAsync(pod.Record.Manifest, Somebody)).Failure!.Kind.ShouldBe(FailureKind.Forbidden);
        _host.Find(pod)!.State.ShouldBe(PodState.Running);
    }

    [Fact]
    public async Task A_paused_pod_can_be_ended_by_whoever_started_it()
    {
        var owner = Somebody;
        var pod = await PausedAsync(owner);
        Ended(await _host.Pods.StopAsync(pod.Record.Manifest, owner)).Settlement.Credited.ShouldBe(0);
        await _host.GoesAsync(pod);
    }

    private static PodEnding Ended(Outcome<PodEnding> outcome) =>
        outcome.Succeeded(out var ending, out var failure) ? ending : throw new ShouldAssertException(failure.Message);

    private int Warnings(PodView pod) =>
        _host.Notes.Of(pod.Record.Manifest).Count(note => note.Text.Contains("unless somebody pays"));

    private async Task<PodView> PausedAsync(CapabilityId? owner = null)
    {
        var pod = await _host.BuyAsync(_request, owner);
        _host.Clock.Advance(TimeSpan.FromMinutes(10));
        return await StandsStillAsync(pod);
    }

    private async Task<PodView> StandsStillAsync(PodView pod)
    {
        await _host.BecomesAsync(pod, PodState.Paused);
        await Deadline.UntilAsync(() => _host.Machine.IsPaused(pod.Record.Id), "the pod should stand still");
        return _host.Find(pod)!;
    }
}
