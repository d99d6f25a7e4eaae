using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>gVisor's sandboxes that stand ready, each with a program that waits for its name.</summary>
[Trait("Suite", "runtime")]
public sealed class WarmGvisorTests(WarmGvisorFixture fixture)
    : WarmPods(fixture), IClassFixture<WarmGvisorFixture>
{
    [Fact]
    public async Task A_pod_gets_a_sandbox_of_its_own_where_the_program_that_names_has_died()
    {
        var ready = await fixture.UntilWarmAsync();
        await UntilWaitingAsync(ready.Count);
        foreach (var program in Waiting())
            Processes.HostProcess.Kill(program);
        await UntilWaitingAsync(0);
        var id = NewId();
        ready.ShouldContain(id.Value);
        var pod = await StartAsync(id, "hostname; sleep 1000");
        pod.AllRunning.ShouldBeTrue();
        await Deadline.UntilAsync(
            async () => (await LinesAsync(pod.Id)).FirstOrDefault() == pod.Manifest.Value, "its name");
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
    }

    [Fact]
    public async Task No_program_waits_for_a_name_once_its_sandbox_has_one_or_its_host_has_ended()
    {
        var ready = await fixture.UntilWarmAsync();
        await UntilWaitingAsync(ready.Count);
        var before = Waiting();
        var pod = await StartAsync(NewId());
        before.Except(Waiting()).ShouldNotBeEmpty();
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        await fixture.UntilWarmAsync();
        var last = Waiting();
        await fixture.ReopenAsync();
        await Deadline.UntilAsync(() => Task.FromResult(!Waiting().Intersect(last).Any()), "their end");
    }

    private List<int> Waiting() => [.. Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), out var id) ? id : 0)
        .Where(id => id != 0 && Processes.HostProcess.CommandLine(id) is [_, var root, "exec", .., "/hostname"]
            && root.Contains(fixture.Options.StateDirectory, StringComparison.Ordinal))];

    // The list that says that one is ready is containerd's, and the program comes a moment later.
    private Task UntilWaitingAsync(int count) =>
        Deadline.UntilAsync(() => Task.FromResult(Waiting().Count == count), "programs that wait for a name");
}
