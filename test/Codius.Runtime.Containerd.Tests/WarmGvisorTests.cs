using Codius.Core.Pods;
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
    public async Task One_whose_program_has_died_is_replaced_before_anybody_needs_it()
    {
        var ready = await UntilAllWaitAsync([]);
        await KillAsync(Waiting());
        await UntilAllWaitAsync(ready);
    }

    [Fact]
    public async Task One_whose_program_dies_after_its_id_was_given_out_is_replaced()
    {
        var ready = await UntilAllWaitAsync([]);
        var id = NewId();
        ready.ShouldContain(id.Value);
        await KillAsync(Waiting());
        var pod = await StartAsync(id, "hostname; sleep 1000");
        pod.AllRunning.ShouldBeTrue();
        await Deadline.UntilAsync(
            async () => (await LinesAsync(id)).FirstOrDefault() == pod.Manifest.Value, "its name");
        await fixture.Runtime.RemoveAsync(id, Stop);
    }

    [Fact]
    public async Task No_program_waits_once_its_sandbox_has_a_name_or_its_host_has_ended()
    {
        var ready = await UntilAllWaitAsync([]);
        var before = Waiting();
        var pod = await StartAsync(NewId());
        before.Except(Waiting()).ShouldNotBeEmpty();
        await fixture.Runtime.RemoveAsync(pod.Id, Stop);
        ready = await UntilAllWaitAsync([pod.Id.Value]);
        var last = Waiting();
        await fixture.ReopenAsync();
        await UntilAllWaitAsync(ready);
        Waiting().Intersect(last).ShouldBeEmpty();
    }

    /// <summary>The sandboxes that stand ready as soon as all do and all wait, and none is an old one.</summary>
    private async Task<IReadOnlyCollection<string>> UntilAllWaitAsync(IReadOnlyCollection<string> old)
    {
        IReadOnlyCollection<string> ready = [];
        await Deadline.UntilAsync(
            async () =>
            {
                ready = await WarmFixtures.ReadyAsync(fixture);
                return ready.Count == fixture.Options.WarmSandboxes
                    && Waiting().Count == ready.Count
                    && !ready.Intersect(old).Any();
            },
            "sandboxes that wait for their names",
            TimeSpan.FromMinutes(1));
        return ready;
    }

    private static async Task KillAsync(List<int> programs)
    {
        programs.ForEach(Processes.HostProcess.Kill);
        await Deadline.UntilAsync(
            () => Task.FromResult(programs.All(program => Processes.HostProcess.CommandLine(program).Length == 0)),
            "their end");
    }

    private List<int> Waiting() => [.. Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), out var id) ? id : 0)
        .Where(id => id != 0 && Processes.HostProcess.CommandLine(id) is [_, var root, "exec", .., "/hostname"]
            && root.Contains(fixture.Options.StateDirectory + "/", StringComparison.Ordinal))];
}
