using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>Sandboxes that stand ready, before and after a pod has moved in.</summary>
[Trait("Suite", "runtime")]
public sealed class WarmSandboxTests(WarmRuncFixture fixture)
    : WarmPods(fixture), IClassFixture<WarmRuncFixture>
{
    private PodCgroups Cgroups => PodCgroups.OfThisMachine(fixture.Options.Instance);

    [Fact]
    public async Task A_pod_moves_into_a_sandbox_that_stood_ready_and_another_one_is_made()
    {
        var ready = await fixture.UntilWarmAsync();
        var before = DateTimeOffset.UtcNow;
        var pod = await StartAsync(NewId());
        ready.ShouldContain(pod.Id.Value);
        pod.CreatedAt.ShouldBeGreaterThan(before.AddSeconds(-1));
        (await fixture.Runtime.ListAsync(Stop)).ShouldHaveSingleItem().Id.ShouldBe(pod.Id);
        (await fixture.UntilWarmAsync()).ShouldNotContain(pod.Id.Value);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Fact]
    public async Task The_machine_keeps_its_name()
    {
        var name = await File.ReadAllTextAsync("/proc/sys/kernel/hostname", Stop);
        await fixture.UntilWarmAsync();
        var pod = await StartAsync(NewId());
        (await File.ReadAllTextAsync("/proc/sys/kernel/hostname", Stop)).ShouldBe(name);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Fact]
    public async Task An_empty_sandbox_is_no_pod_and_one_whose_id_was_not_used_goes_without_a_trace()
    {
        await fixture.UntilWarmAsync();
        var before = await MachineTraces.CountAsync(fixture.Options);
        var id = NewId();
        (await fixture.Runtime.ListAsync(Stop)).ShouldBeEmpty();
        (await fixture.Runtime.GetStatusAsync(id, Stop)).ShouldBeNull();
        await fixture.Runtime.RemoveAsync(id, Stop);
        (await fixture.UntilWarmAsync()).ShouldNotContain(id.Value);
        await Deadline.UntilAsync(
            async () => (await MachineTraces.CountAsync(fixture.Options)).IsNoMoreThan(before),
            $"no more than {before}");
    }

    [Fact]
    public async Task A_pod_of_other_limits_gets_a_sandbox_of_its_own()
    {
        var ready = await fixture.UntilWarmAsync();
        var limits = ResourceLimits.Small with { MemoryBytes = 2 * ResourceLimits.Small.MemoryBytes };
        ready.ShouldNotContain(fixture.Runtime.NewId(limits).Value);
        (await WarmFixtures.ReadyAsync(fixture)).Count.ShouldBe(ready.Count);
    }

    [Fact]
    public async Task A_sandbox_that_has_died_is_given_to_nobody()
    {
        var ready = await fixture.UntilWarmAsync();
        await KillAsync(ready);
        var pod = await StartAsync(NewId());
        ready.ShouldNotContain(pod.Id.Value);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Fact]
    public async Task One_that_has_died_is_replaced_before_anybody_needs_it()
    {
        var ready = await fixture.UntilWarmAsync();
        await KillAsync(ready);
        await Deadline.UntilAsync(
            () => Task.FromResult(!Cgroups.List().Any(id => ready.Contains(id.Value))), "their removal");
        (await fixture.UntilWarmAsync()).ShouldNotContain(id => ready.Contains(id));
    }

    [Fact]
    public async Task One_that_dies_after_its_id_was_given_out_is_replaced()
    {
        await fixture.UntilWarmAsync();
        var id = NewId();
        await KillAsync([id.Value]);
        (await StartAsync(id)).AllRunning.ShouldBeTrue();
        await fixture.Runtime.RemoveAsync(id, Stop);
    }

    [Fact]
    public async Task More_pods_than_stand_ready_all_start()
    {
        await fixture.UntilWarmAsync();
        var pods = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync(NewId())));
        pods.ShouldAllBe(pod => pod.AllRunning);
        pods.Select(pod => pod.Address).Distinct().Count().ShouldBe(8);
        await Task.WhenAll(pods.Select(pod => fixture.Runtime.RemoveAsync(pod.Id, Stop)));
    }

    [Fact]
    public async Task The_next_life_of_the_host_keeps_its_pods_and_makes_sandboxes_of_its_own()
    {
        var before = await fixture.UntilWarmAsync();
        var pod = await StartAsync(NewId());
        var given = NewId();
        await fixture.ReopenAsync();
        var ready = await fixture.UntilWarmAsync();
        ready.ShouldNotContain(id => before.Contains(id));
        (await fixture.Runtime.ListAsync(Stop)).ShouldHaveSingleItem().AllRunning.ShouldBeTrue();
        (await fixture.Runtime.ListAsync(Stop))[0].Manifest.ShouldBe(pod.Manifest);
        Cgroups.List().ShouldNotContain(given);
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    private async Task KillAsync(IReadOnlyCollection<string> ids)
    {
        foreach (var process in ids.SelectMany(id => Cgroups.Processes(new PodId(id))))
            Processes.HostProcess.Kill(process);
        await Deadline.UntilAsync(
            () => Task.FromResult(ids.All(id => Cgroups.Processes(new PodId(id)).Count == 0)), "their end");
    }
}
