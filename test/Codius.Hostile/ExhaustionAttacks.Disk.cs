using Codius.Core.Pods;
using Codius.Hostile.Machines;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Hostile;

public abstract partial class ExhaustionAttacks
{
    // gVisor keeps /tmp in its memory.
    private static ResourceLimits LittleDisk => ResourceLimits.Small with
    {
        MemoryBytes = 64 * Mebibyte,
        DiskBytes = 24 * Mebibyte,
        Inodes = 512,
        LogBytes = Mebibyte,
    };

    [Theory]
    [InlineData("dd if=/dev/zero of=/hostile bs=1M count=150")]
    [InlineData("dd if=/dev/zero of=/tmp/hostile bs=1M count=150")]
    [InlineData("dd if=/dev/zero of=/etc/hostile bs=1M count=150")]
    [InlineData(
        "mkdir /hostile; i=0; while [ $i -lt 150 ]; "
        + "do dd if=/dev/zero of=/hostile/$i bs=1M count=1 || exit; i=$((i+1)); done")]
    public async Task A_pod_writes_no_more_to_the_disk_than_was_paid_for(string fill)
    {
        var script = $"({fill}) 2> /dev/null || exit; [ $(du -sm /hostile /tmp/hostile /etc/hostile 2> /dev/null | "
            + "awk '{ sum += $1 } END { print sum }') -ge 150 ] && echo pwned";
        await ShouldBeHeldBackAsync($"mkdir -p /tmp /etc; {script}");
        (await machine.Control.RunAsync($"mkdir -p /tmp /etc; ({script}); rm -rf /hostile /tmp/hostile /etc/hostile"))
            .ShouldContain("pwned");
    }

    [Theory]
    [InlineData("touch /files/$i")]
    [InlineData("mkdir /files/$i")]
    [InlineData("ln -s somewhere /files/$i")]
    public async Task A_pod_makes_no_more_files_than_were_paid_for(string one)
    {
        const int Many = 1000;
        var script =
            $"mkdir /files; i=0; while [ $i -lt {Many} ]; do {one} 2> /dev/null || exit; i=$((i+1)); done; echo pwned";
        await ShouldBeHeldBackAsync(script);
        (await machine.Control.RunAsync($"({script}); rm -rf /files")).ShouldContain("pwned");
    }

    [Theory]
    [InlineData("yes to everything | head -c 10000000")]
    [InlineData("head -c 33000000 /dev/zero")]
    [InlineData("yes | head -c 1500000")]
    public async Task A_pod_that_never_stops_talking_fills_no_disk(string talk)
    {
        var pod = await machine.StartAsync(ShellProgram.Script(talk), LittleDisk);
        await machine.Runtime.UncageAsync(pod.Id, Stop);
        var directory = $"{machine.Options.RootDirectory}/pods/{pod.Id}";
        await Deadline.UntilAsync(
            async () =>
                (await machine.Runtime.GetStatusAsync(pod.Id, Stop))!.Containers[0].Phase == ContainerPhase.Exited,
            "all is said or nobody listens any more",
            TimeSpan.FromSeconds(60));
        (await KibibytesOfAsync(directory + "/disk.img")).ShouldBeLessThan(30 * 1024);
        await ShouldGoOnAsync();
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
        Directory.Exists(directory).ShouldBeFalse();

        // Kept as it comes, with the time before each line, it is more than that.
        var kept = await machine.Control.RunAsync(
            talk + " | sed 's/^/2001-01-01T00:00:00.000000000Z stdout F /' | wc -c");
        long.Parse(kept).ShouldBeGreaterThan(30 * Mebibyte);
    }

    private async Task ShouldBeHeldBackAsync(string script)
    {
        var pod = await machine.StartAsync(ShellProgram.Script($"({script}); echo over"), LittleDisk);
        await machine.Runtime.UncageAsync(pod.Id, Stop);
        var lines = new List<string>();
        await Deadline.UntilAsync(
            async () => await HasEndedAsync(pod.Id, lines), "it was held back", TimeSpan.FromSeconds(60));
        await HasEndedAsync(pod.Id, lines);
        lines.ShouldNotContain("pwned");
        await ShouldGoOnAsync();
        await machine.Runtime.RemoveAsync(pod.Id, Stop);
    }

    private static async Task<long> KibibytesOfAsync(string path) =>
        long.Parse((await RunningProgram.RunAsync(new ProgramStart("du", "-sk", path)))
            .EnsureSuccess().Output.Split('\t')[0]);
}
