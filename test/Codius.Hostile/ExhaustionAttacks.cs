using Codius.Core.Pods;
using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

[Trait("Suite", "hostile")]
[Collection(UnderRunc.Name)]
public sealed class RuncExhaustion(RuncMachine machine) : ExhaustionAttacks(machine);

[Trait("Suite", "hostile")]
[Collection(UnderGvisor.Name)]
public sealed class GvisorExhaustion(GvisorMachine machine) : ExhaustionAttacks(machine);

/// <summary>
/// Pods that take all they can get. The control of each is the same program without the pod's limits, which gets more
/// than they allow; meanwhile another pod and the machine go on.
/// </summary>
public abstract partial class ExhaustionAttacks(HostileMachine machine)
{
    private const long Mebibyte = 1024 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ResourceLimits Tight => ResourceLimits.Small with { MemoryBytes = 64 * Mebibyte, Pids = 64 };

    [Fact]
    public async Task A_fork_bomb_leaves_the_machine_its_processes()
    {
        const int Many = 3000;
        string Bomb(int count) => $"""
            i=0; while [ $i -lt {count} ]; do sleep 30 > /dev/null & i=$((i + 1)); done; echo all were started; sleep 30
            """;
        var pod = await machine.StartAsync(ShellProgram.Script(Bomb(Many)), Tight);
        var most = HostileMachine.LimitOf(pod.Id, "pids.max");
        most.ShouldBeLessThan(Many);
        await Deadline.UntilAsync(
            async () => await machine.Runtime.GetStatsAsync(pod.Id, Stop) is not { } stats || stats.Pids >= most * 0.9
                || (await machine.Runtime.GetStatusAsync(pod.Id, Stop))!.Containers[0].Phase == ContainerPhase.Exited,
            "the bomb has gone off");
        await ShouldGoOnAsync();
        await machine.Runtime.RemoveAsync(pod.Id, Stop);

        var free = await machine.Control.RunAsync(Bomb((int)most + 100).Replace("; sleep 30", "; kill $(jobs -p)"));
        free.ShouldContain("all were started");
    }

    [Theory]
    [InlineData("attack memory 300")]
    [InlineData(
        "dd if=/dev/zero of=/dev/shm/hostile bs=1M count=300 2> /dev/null && rm /dev/shm/hostile && echo pwned")]
    [InlineData("a=a; while [ ${#a} -lt 300000000 ]; do a=$a$a; done; echo pwned")]
    public async Task A_pod_takes_no_more_memory_than_was_paid_for(string script)
    {
        var pod = await machine.StartAsync(ShellProgram.Script($"({script}); echo over"), Tight);
        var lines = new List<string>();
        await Deadline.UntilAsync(
            async () => await HasEndedAsync(pod.Id, lines), "it was held back", TimeSpan.FromSeconds(60));
        lines.ShouldNotContain("pwned");
        HostileMachine.LimitOf(pod.Id, "memory.limit_in_bytes", "memory.max").ShouldBeLessThan(128 * Mebibyte);
        await ShouldGoOnAsync();
        await machine.Runtime.RemoveAsync(pod.Id, Stop);

        (await machine.Control.RunAsync(script)).ShouldContain("pwned");
    }

    [Fact]
    public async Task A_pod_that_never_rests_takes_no_more_of_a_processor_than_was_paid_for()
    {
        const string Busy = "while :; do :; done";
        var limits = ResourceLimits.Small with { MilliCpu = 200 };
        var pod = await machine.StartAsync(
            ShellProgram.Script($"({Busy}) & ({Busy}) & ({Busy}) & {Busy}"), limits);
        await machine.Runtime.UncageAsync(pod.Id, Stop);
        var before = (await machine.Runtime.GetStatsAsync(pod.Id, Stop))!.CpuTime;
        var since = TimeProvider.System.GetTimestamp();
        await using var free = RunningProgram.Start(new ProgramStart("sh", "-c", Busy));
        await Deadline.UntilAsync(
            () => SecondsOf(free.Id) > 1.5, "the control has had its fill", TimeSpan.FromMinutes(1));
        var elapsed = TimeProvider.System.GetElapsedTime(since);
        var used = (await machine.Runtime.GetStatsAsync(pod.Id, Stop))!.CpuTime - before;
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
        used.TotalSeconds.ShouldBeLessThan((0.2 * elapsed.TotalSeconds) + 0.3);
    }

    [Fact]
    public async Task A_pod_that_opens_files_without_end_leaves_the_machine_enough()
    {
        var before = OpenFiles();
        var pod = await machine.StartAsync(
            ShellProgram.Script("for i in 1 2 3 4 5 6 7 8; do attack files /etc/hosts & done; wait; echo over"), Tight);
        await machine.Runtime.UncageAsync(pod.Id, Stop);
        var (most, lines) = (before, new List<string>());
        await Deadline.UntilAsync(
            async () =>
            {
                most = Math.Max(most, OpenFiles());
                return await HasEndedAsync(pod.Id, lines);
            },
            "it has all that it gets",
            TimeSpan.FromSeconds(60));
        // The kernel counts open files as memory of whoever opened them, at least 256 bytes each.
        (most - before).ShouldBeLessThan(100 * Mebibyte / 256);
        await ShouldGoOnAsync();
        await machine.Runtime.RemoveAsync(pod.Id, Stop);

        // A process alone gets as many as its limit says.
        var limit = long.Parse(await machine.Control.RunAsync("ulimit -n"));
        long.Parse(await machine.Control.RunAsync("attack files /etc/hosts")).ShouldBeInRange(limit - 10, limit);
    }

    private static long OpenFiles() => long.Parse(File.ReadAllText("/proc/sys/fs/file-nr").Split('\t')[0]);

    private static double SecondsOf(int process)
    {
        const double TicksPerSecond = 100;
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(' ');
        return (long.Parse(fields[13]) + long.Parse(fields[14])) / TicksPerSecond;
    }

    /// <summary>Another pod answers, and the machine starts programs.</summary>
    private async Task ShouldGoOnAsync()
    {
        (await machine.Pod.RunAsync("echo alive")).ShouldContain("alive");
        (await RunningProgram.RunAsync(new ProgramStart("true"))).EnsureSuccess();
    }

    private async Task<bool> HasEndedAsync(PodId id, List<string> lines)
    {
        lines.Clear();
        await foreach (var line in machine.Runtime.ReadLogsAsync(id, new LogQuery(), Stop))
            lines.Add(line.Text);
        return lines.Contains("over")
            || (await machine.Runtime.GetStatusAsync(id, Stop))!.Containers[0].Phase == ContainerPhase.Exited;
    }
}
