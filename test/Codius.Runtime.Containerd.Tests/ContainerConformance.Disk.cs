using Codius.Core.Pods;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

public abstract partial class ContainerConformance
{
    private const long Mebi = 1024 * 1024;

    private static readonly ResourceLimits LittleDisk = ResourceLimits.Small with
    {
        DiskBytes = 24 * Mebi,
        Inodes = 512,
        LogBytes = Mebi,
    };

    [Fact]
    public async Task A_pod_can_write_as_much_as_it_has_paid_for_and_no_more()
    {
        const string Script = """
            dd if=/dev/zero of=/first bs=1048576 count=10 2> /dev/null && echo ten fit
            dd if=/dev/zero of=/second bs=1048576 count=100 2> /dev/null || echo a hundred do not
            rm /first /second
            dd if=/dev/zero of=/third bs=1048576 count=15 2> /dev/null && echo what was deleted is free again
            echo done
            sleep 1000
            """;
        var spec = Spec(Container() with { Command = ShellProgram.Script(Script) }) with { Limits = LittleDisk };
        await StartAsync(spec);
        (await LinesAsync(spec.Id, 4)).ShouldBe(
            ["ten fit", "a hundred do not", "what was deleted is free again", "done"]);
        (await Runtime.GetStatsAsync(spec.Id, Stop)).ShouldNotBeNull().DiskBytes.ShouldNotBeNull()
            .ShouldBeInRange(15 * Mebi, 40 * Mebi);
        var image = new FileInfo($"{fixture.Options.PodsDirectory}/{spec.Id}/disk.img");
        image.Length.ShouldBeLessThan(40 * Mebi);
    }

    [Fact]
    public async Task A_pod_can_make_as_many_files_as_it_has_paid_for_and_no_more()
    {
        const string Script = """
            i=0; while [ $i -lt 2000 ] && touch /file$i 2> /dev/null; do i=$((i+1)); done; echo $i; sleep 1000
            """;
        var spec = Spec(Container() with { Command = ShellProgram.Script(Script) }) with { Limits = LittleDisk };
        await StartAsync(spec);
        int.Parse((await LinesAsync(spec.Id, 1))[^1]).ShouldBeInRange(400, 600);
    }

    [Fact]
    public async Task The_containers_of_a_pod_share_its_disk_and_one_that_is_started_again_begins_anew()
    {
        const string Fill =
            "[ -e /mine ] && echo is there; dd if=/dev/zero of=/mine bs=1048576 count=15 2> /dev/null && echo fits";
        const string FillLater = "sleep 2; " + Fill + " || echo does not fit; exit 3";
        var first = Container("first") with { Command = ShellProgram.Script(Fill + "; sleep 1000") };
        var second = Container("second") with { Command = ShellProgram.Script(FillLater) };
        var spec = Spec(first, second) with { Limits = LittleDisk };
        await StartAsync(spec);
        await ExitedAsync(spec.Id, "second");
        (await LinesAsync(spec.Id, 2)).ShouldBe(["fits", "does not fit"]);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            (await Runtime.RestartAsync(spec, "second", Stop)).Failure.ShouldBeNull();
            await LinesAsync(spec.Id, 2 + attempt);
            await ExitedAsync(spec.Id, "second");
        }

        (await LinesAsync(spec.Id)).ShouldNotContain("is there");
        (await Runtime.GetStatsAsync(spec.Id, Stop)).ShouldNotBeNull().DiskBytes.ShouldNotBeNull()
            .ShouldBeLessThan(30 * Mebi);
    }

    [Fact]
    public async Task A_log_that_is_written_without_end_keeps_to_its_part_and_is_followed_without_torn_lines()
    {
        // As fast as a shell and containerd can.
        const string Script = """
            line=$(head -c 900 /dev/zero | tr '\0' x)
            yes "begin $line end" | head -c 60000000; echo; echo last; sleep 1000
            """;
        var spec = Spec(Container() with { Command = ShellProgram.Script(Script) }) with
        {
            Limits = LittleDisk with { DiskBytes = 48 * Mebi },
        };
        await StartAsync(spec);
        var expected = "begin " + new string('x', 900) + " end";
        var (read, missed, before, torn) = (0L, 0L, 0L, 0);
        await foreach (var line in Runtime.ReadLogsAsync(spec.Id, new LogQuery(Follow: true), Stop))
        {
            read++;
            missed += line.Number - before - 1;
            before = line.Number;
            if (line.Text == "last")
                break;
            // The one before the last is cut off by head.
            expected.ShouldStartWith(line.Text);
            torn += line.Text == expected ? 0 : 1;
        }

        torn.ShouldBeLessThanOrEqualTo(1);
        (read + missed).ShouldBe(before);
        before.ShouldBeGreaterThan(10_000);
        var log = $"{fixture.Options.PodsDirectory}/{spec.Id}/disk/logs/0.log";
        // What was written since the keeper's last look is there until its next.
        var kept = new List<LogLine>();
        await Deadline.UntilAsync(
            async () =>
            {
                kept.Clear();
                await foreach (var line in Runtime.ReadLogsAsync(spec.Id, new LogQuery(), Stop))
                    kept.Add(line);
                var blocks = await RunningProgram.RunAsync(new ProgramStart("stat", ["-c", "%b", log]));
                return kept.Count <= 3000 && long.Parse(blocks.EnsureSuccess().Output) * 512 <= 3 * Mebi;
            },
            "the log should have been cut",
            fixture.Patience);
        kept.Count.ShouldBeGreaterThan(100);
        kept[^1].Number.ShouldBe(before);
        kept[0].Text.ShouldBe(expected, "no line is torn where the log was cut");
    }

    [Fact]
    public async Task A_pod_that_has_filled_its_disk_can_still_say_so()
    {
        const string Script = """
            dd if=/dev/zero of=/big bs=65536 count=10000 2> /dev/null
            dd if=/dev/zero of=/more bs=1 count=100000 2> /dev/null
            echo the disk is full; sleep 1000
            """;
        var spec = Spec(Container() with { Command = ShellProgram.Script(Script) }) with { Limits = LittleDisk };
        await StartAsync(spec);
        (await LinesAsync(spec.Id, 1)).ShouldBe(["the disk is full"]);
    }
}
