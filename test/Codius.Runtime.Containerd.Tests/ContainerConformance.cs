using System.Diagnostics;
using Codius.Core.Pods;
using Codius.Runtime.Containerd.Cgroups;
using Codius.Testing.Processes;
using Codius.Testing.Runtime;
using Shouldly;
using Xunit;

namespace Codius.Runtime.Containerd.Tests;

/// <summary>What real containers do besides, under every isolation.</summary>
public abstract partial class ContainerConformance(ContainerdFixture fixture) : PodRuntimeConformance(fixture)
{
    protected ContainerdFixture Fixture => fixture;

    [Fact]
    public async Task A_web_server_in_a_pod_answers_the_machine()
    {
        var pod = await StartAsync(new ContainerSpec(
            "app", fixture.Image, null, null, new Dictionary<string, string> { ["GREETING"] = "good day" }));
        using var http = new HttpClient();
        var page = "";
        await Deadline.UntilAsync(
            async () => (page = await TryGetAsync(http, $"http://{pod.Address}:8080/")).Length > 0,
            "an answer",
            fixture.Patience);
        page.ShouldContain("GREETING=good day");
    }

    [Fact]
    public async Task Containers_of_a_pod_share_localhost()
    {
        var server = Container("server") with { Command = null };
        var client = Container("client") with
        {
            Command = ShellProgram.Script(
                "until printf 'GET / HTTP/1.0\r\n\r\n' | nc 127.0.0.1 8080 | grep Hello; do sleep 0.1; done; "
                + "sleep 1000"),
        };
        var pod = await StartAsync(server, client);
        await Deadline.UntilAsync(
            async () =>
                (await LinesAsync(pod.Id)).Any(l => l.StartsWith("Hello from ")), "an answer", fixture.Patience);
    }

    [Fact]
    public async Task The_command_takes_the_place_of_the_images_and_leaves_its_entry_point()
    {
        var image = await fixture.ImportAsync("codius.local/echo", ["/bin/echo", "entry"], ["default"]);
        var pod = await StartAsync(
            Container("own") with { Image = image, Command = null },
            Container("other") with { Image = image, Command = ["another", "one"] });
        await ExitedAsync(pod.Id, "own");
        await ExitedAsync(pod.Id, "other");
        (await LinesAsync(pod.Id, 2)).ShouldBe(["entry default", "entry another one"], ignoreOrder: true);
    }

    [Fact]
    public async Task Last_words_without_an_end_of_the_line_are_told_and_the_next_attempt_begins_its_own()
    {
        var program = ShellProgram.Script("head -c 20000 /dev/zero | tr '\\0' x; printf ' no end'; exit 3");
        var spec = Spec(Container() with { Command = program });
        await StartAsync(spec);
        (await ExitedAsync(spec.Id)).ExitCode.ShouldBe(3);
        (await Runtime.RestartAsync(spec, "app", Stop)).Failure.ShouldBeNull();
        var words = new string('x', 20_000) + " no end";
        (await LinesAsync(spec.Id, 2)).ShouldBe([words, words]);
    }

    [Fact]
    public async Task A_program_that_takes_too_much_memory_is_killed_and_this_is_said()
    {
        var spec = Spec(Container(Step.Stay) with { Command = ["tail", "/dev/zero"] }) with
        {
            Limits = ResourceLimits.Small with { MemoryBytes = 64 * 1024 * 1024 },
        };
        await StartAsync(spec);
        var ended = await ExitedAsync(spec.Id);
        ended.ExitCode.ShouldBe(137);
        ended.Reason.ShouldBe("OOMKilled");
    }

    [Fact]
    public async Task Half_a_cpu_is_all_that_a_pod_gets_that_has_paid_for_half()
    {
        var spec = Spec(Container() with { Command = ShellProgram.Script("echo ready; while :; do :; done") }) with
        {
            Limits = ResourceLimits.Small with { MilliCpu = 500 },
        };
        var pod = await StartAsync(spec);
        await LinesAsync(pod.Id, 1);
        var clock = Stopwatch.StartNew();
        var before = await UsedAsync(pod.Id);
        await Deadline.UntilAsync(
            () => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(2)), "two seconds", cancellation: Stop);
        var used = await UsedAsync(pod.Id) - before;
        (used / clock.Elapsed).ShouldBeLessThan(0.65);
    }

    [Fact]
    public async Task A_pod_is_caged_until_it_is_paid_for()
    {
        var pod = await StartAsync(Container(Step.Stay));
        WeightOf(pod.Id).ShouldBeLessThanOrEqualTo(2);
        await Runtime.UncageAsync(pod.Id, Stop);
        WeightOf(pod.Id).ShouldBeGreaterThanOrEqualTo(100);
    }

    [Fact]
    public async Task Nothing_of_a_paused_pod_goes_on_and_it_keeps_what_it_had()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script("i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done"),
        });
        await LinesAsync(pod.Id, 3);
        await Runtime.PauseAsync(pod.Id, Stop);
        // What was written is read a moment later; what is written then would go on and on.
        var before = await SettledAsync(pod.Id);
        var clock = Stopwatch.StartNew();
        var used = await UsedAsync(pod.Id);
        await Deadline.UntilAsync(
            () => Task.FromResult(clock.Elapsed > TimeSpan.FromSeconds(1)), "a second", cancellation: Stop);
        (await LinesAsync(pod.Id)).Count.ShouldBe(before);
        (await UsedAsync(pod.Id) - used).ShouldBeLessThan(TimeSpan.FromMilliseconds(20));
        await Runtime.ResumeAsync(pod.Id, Stop);
        var lines = await LinesAsync(pod.Id, before + 3);
        lines.ShouldBe(Enumerable.Range(1, lines.Count).Select(i => i.ToString()));
    }

    [Fact]
    public async Task A_paused_web_server_answers_again_after_it_was_resumed()
    {
        var pod = await StartAsync(Container("app") with { Command = null });
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var address = $"http://{pod.Address}:8080/";
        await Deadline.UntilAsync(
            async () => (await TryGetAsync(http, address)).Length > 0, "an answer", fixture.Patience);
        await Runtime.PauseAsync(pod.Id, Stop);
        var asked = http.GetStringAsync(new Uri(address), Stop);
        var waited = Stopwatch.StartNew();
        await Deadline.UntilAsync(
            () => Task.FromResult(waited.Elapsed > TimeSpan.FromMilliseconds(500)), "a while", cancellation: Stop);
        asked.IsCompleted.ShouldBeFalse();
        await Runtime.ResumeAsync(pod.Id, Stop);
        (await asked).ShouldContain("Hello from");
    }

    [Fact]
    public async Task The_machines_settings_cannot_be_changed_from_a_pod()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script(
                """
                for file in /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/hostname /etc/hosts /etc/resolv.conf /etc/hostname; do
                  (echo x > $file) 2> /dev/null && echo $file was written
                done
                mount -t tmpfs none /mnt 2> /dev/null && echo mounted
                (mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk) > /dev/null 2>&1 && echo read a disk
                hostname other 2> /dev/null && echo renamed
                echo done
                """),
        });
        await ExitedAsync(pod.Id);
        (await LinesAsync(pod.Id, 1)).ShouldBe(["done"]);
    }

    [Fact]
    public async Task Names_are_resolved_by_the_servers_that_the_operator_names_and_hosts_are_the_pods_own()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script("cat /etc/resolv.conf; grep -c . /etc/hosts; hostname; cat /etc/hostname"),
        });
        await ExitedAsync(pod.Id);
        (await LinesAsync(pod.Id, 5)).ShouldBe(
            ["nameserver 1.1.1.1", "nameserver 9.9.9.9", "3", pod.Manifest.Value, pod.Manifest.Value]);
    }

    [Fact]
    public async Task A_long_line_is_one_line_of_the_log()
    {
        var pod = await StartAsync(Container() with
        {
            Command = ShellProgram.Script("head -c 50000 /dev/zero | tr '\\0' x; echo; echo next"),
        });
        await ExitedAsync(pod.Id);
        var lines = await LinesAsync(pod.Id, 2);
        lines[0].ShouldBe(new string('x', 50_000));
        lines[1].ShouldBe("next");
    }

    [Fact]
    public async Task Removing_pods_leaves_nothing_behind()
    {
        var before = await MachineTraces.CountAsync(fixture.Options);
        var pods = await Task.WhenAll(
            StartAsync(Container("a", Step.Stay), Container("b", Step.Stubborn)),
            StartAsync(Container("a", Step.Exit(1))),
            CreateAsync(Container("a", Step.Stay)));
        var failing = Spec(Container("bad") with { Command = fixture.UnknownCommand });
        (await Runtime.CreateAsync(failing, Stop)).Failure.ShouldBeNull();
        (await Runtime.StartAsync(failing.Id, Stop)).Failure.ShouldNotBeNull();
        (await MachineTraces.CountAsync(fixture.Options)).IsNoMoreThan(before)
            .ShouldBeFalse("the count sees pods at all");

        await Task.WhenAll(pods.Select(p => p.Id).Append(failing.Id).Select(id => Runtime.RemoveAsync(id, Stop)));

        await NothingButAsync(before);
    }

    [Fact]
    public async Task A_pod_whose_creation_was_cancelled_leaves_nothing_behind()
    {
        var before = await MachineTraces.CountAsync(fixture.Options);
        for (var milliseconds = 10; milliseconds <= 160; milliseconds *= 2)
        {
            using var cancel = new CancellationTokenSource(milliseconds);
            var spec = Spec(Container("a", Step.Stay), Container("b", Step.Stay));
            try
            {
                await Runtime.CreateAsync(spec, cancel.Token);
            }
            catch (OperationCanceledException)
            {
                // It may also have been made in time.
            }

            await Runtime.RemoveAsync(spec.Id, Stop);
        }

        await NothingButAsync(before);
    }

    /// <summary>The kernel, and containerd in its own time, take the last of it away.</summary>
    private async Task NothingButAsync(MachineTraces before)
    {
        var now = await MachineTraces.CountAsync(fixture.Options);
        var since = Stopwatch.StartNew();
        while (!now.IsNoMoreThan(before) && since.Elapsed < fixture.Patience)
            now = await MachineTraces.CountAsync(fixture.Options);
        now.IsNoMoreThan(before).ShouldBeTrue($"before: {before}\nnow: {now}");
    }

    private async Task<int> SettledAsync(PodId id)
    {
        var (before, now) = (-1, 0);
        await Deadline.UntilAsync(
            async () =>
            {
                (before, now) = (now, (await LinesAsync(id)).Count);
                return before == now;
            },
            "no more lines",
            fixture.Patience);
        return now;
    }

    private async Task<TimeSpan> UsedAsync(PodId id) =>
        (await Runtime.GetStatsAsync(id, Stop)).ShouldNotBeNull().CpuTime;

    private long WeightOf(PodId id)
    {
        var path = PodCgroups.OfThisMachine(fixture.Options.Instance).PathOf(id);
        var file = File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? $"/sys/fs/cgroup{path}/cpu.weight"
            : $"/sys/fs/cgroup/cpu{path}/cpu.shares";
        return long.Parse(File.ReadAllText(file));
    }

    private static async Task<string> TryGetAsync(HttpClient http, string address)
    {
        try
        {
            return await http.GetStringAsync(new Uri(address), Stop);
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
