using Codius.Core.Pods;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

[Trait("Suite", "runtime")]
public sealed class RuncConformance(
    ContainerdFixture fixture) : ContainerConformance(fixture), IClassFixture<ContainerdFixture>
{
    [Fact]
    public async Task A_fork_bomb_is_held_by_the_pods_limit_of_processes()
    {
        const string Bomb = "i=0; while [ $i -lt 300 ]; do sleep 1000 & i=$((i+1)); done; echo all were started";
        var spec = Spec(Container() with { Command = ShellProgram.Script(Bomb) }) with
        {
            Limits = ResourceLimits.Small with { Pids = 40 },
        };
        await StartAsync(spec);
        (await ExitedAsync(spec.Id)).ExitCode.ShouldBe(2);
        (await LinesAsync(spec.Id)).ShouldNotContain("all were started");
    }

    [Fact]
    public async Task The_kernel_confines_what_runs()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status"),
        });
        var status = (await LinesAsync(pod.Id, 4)).Select(l => l.Split('\t')).ToDictionary(l => l[0], l => l[1]);
        status["NoNewPrivs:"].ShouldBe("1");
        status["Seccomp:"].ShouldBe("2");
        // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE
        status["CapBnd:"].ShouldBe("00000000000005fb");
        status["CapEff:"].ShouldBe("00000000000005fb");
    }
}
