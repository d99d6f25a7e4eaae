using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
public sealed class GvisorConformance(
    GvisorFixture fixture) : ContainerConformance(fixture), IClassFixture<GvisorFixture>
{
    [Fact]
    public async Task Programs_run_on_gvisors_kernel_and_not_on_the_machines()
    {
        Runtime.Info.Isolation.ShouldBe("gvisor");
        var pod = await StartAsync(Container() with { Command = ShellProgram.Script("dmesg") });
        (await LinesAsync(pod.Id, 1))[0].ShouldContain("Starting gVisor");
    }

    [Fact]
    public async Task A_fork_bomb_stays_within_the_pods_limit_of_the_machines_threads()
    {
        const string Bomb =
            "i=0; while [ $i -lt 2000 ]; do sleep 1000 & i=$((i+1)); done; echo all were started; sleep 1000";
        var spec = Spec(Container() with { Command = ShellProgram.Script(Bomb) }) with
        {
            Limits = ResourceLimits.Small with { Pids = 40 },
        };
        await StartAsync(spec);
        (await Runtime.GetStatsAsync(spec.Id, Stop)).ShouldNotBeNull().Pids.ShouldBeLessThanOrEqualTo(1040);
        await Runtime.RemoveAsync(spec.Id, Stop);
    }

    [Fact]
    public async Task What_confines_programs_besides_is_in_force_too()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script("grep -E '^(CapEff|NoNewPrivs):' /proc/self/status"),
        });
        var status = (await LinesAsync(pod.Id, 1)).Select(l => l.Split('\t')).ToDictionary(l => l[0], l => l[1]);
        status["CapEff:"].ShouldBe("00000000000005fb");
    }
}
