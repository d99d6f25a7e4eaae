using Codius.Core.Pods;
using Shouldly;
using Xunit;

namespace Codius.Testing.Runtime;

public abstract partial class PodRuntimeConformance
{
    [Fact]
    public async Task Logs_have_both_streams_with_their_container_and_time()
    {
        var began = DateTimeOffset.UtcNow.AddMinutes(-1);
        var pod = await StartAsync(Container("web", Step.Out("to the output"), Step.Error("to the errors"), Step.Stay));
        await LinesAsync(pod.Id, 2);
        var lines = await ReadAsync(pod.Id, new LogQuery());
        lines.Select(l => (l.Container, l.Stream, l.Text)).ShouldBe(
            [("web", LogStream.Stdout, "to the output"), ("web", LogStream.Stderr, "to the errors")],
            ignoreOrder: true);
        lines.ShouldAllBe(l => l.At > began && l.At < began.AddMinutes(10));
    }

    [Fact]
    public async Task Logs_of_several_containers_are_merged_by_time()
    {
        var pod = await StartAsync(
            Container("a", Step.Out("from a"), Step.Stay), Container("b", Step.Out("from b"), Step.Stay));
        await LinesAsync(pod.Id, 2);
        var lines = await ReadAsync(pod.Id, new LogQuery());
        lines.Select(l => (l.Container, l.Text)).ShouldBe([("a", "from a"), ("b", "from b")], ignoreOrder: true);
        lines.Select(l => l.At).ShouldBeInOrder();
    }

    [Fact]
    public async Task The_tail_is_the_last_lines()
    {
        var pod = await StartAsync(Container(Step.Out("1"), Step.Out("2"), Step.Out("3"), Step.Stay));
        await LinesAsync(pod.Id, 3);
        (await LinesAsync(pod.Id, new LogQuery(Tail: 2))).ShouldBe(["2", "3"]);
        (await LinesAsync(pod.Id, new LogQuery(Tail: 0))).ShouldBeEmpty();
        (await LinesAsync(pod.Id, new LogQuery(Tail: 100))).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Only_lines_since_a_time_are_given()
    {
        var pod = await StartAsync(Container(Step.Out("1"), Step.Out("2"), Step.Stay));
        await LinesAsync(pod.Id, 2);
        var last = (await ReadAsync(pod.Id, new LogQuery()))[^1].At;
        (await LinesAsync(pod.Id, new LogQuery(Since: last))).ShouldContain("2");
        (await LinesAsync(pod.Id, new LogQuery(Since: last.AddTicks(1)))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_follower_gets_what_comes_until_the_pod_is_removed()
    {
        var spec = Spec(Container(Step.Out("first"), Step.Out("second"), Step.Stay));
        (await Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        var following = FollowAsync(spec.Id, 2);
        (await Runtime.StartAsync(spec.Id, Stop)).Failure.ShouldBeNull();
        await following.Seen.WaitAsync(harness.Patience, Stop);
        await Runtime.RemoveAsync(spec.Id, Stop);
        (await following.All.WaitAsync(harness.Patience, Stop)).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task A_follower_can_leave()
    {
        var pod = await StartAsync(Container(Step.Out("first"), Step.Stay));
        using var leaving = new CancellationTokenSource();
        var lines = new List<string>();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var line in Runtime.ReadLogsAsync(pod.Id, new LogQuery(Follow: true), leaving.Token))
            {
                lines.Add(line.Text);
                await leaving.CancelAsync();
            }
        });
        lines.ShouldBe(["first"]);
    }

    [Fact]
    public async Task An_exit_is_reported_once_with_its_code()
    {
        var watch = Watch();
        var pod = await StartAsync(Container("job", Step.Exit(7)), Container("web", Step.Out("ready"), Step.Stay));
        var exit = await watch.NextAsync(pod.Id, "job").WaitAsync(harness.Patience, Stop);
        exit.ExitCode.ShouldBe(7);
        await LinesAsync(pod.Id, 1);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        (await watch.NextAsync(pod.Id, "web").WaitAsync(harness.Patience, Stop)).ExitCode.ShouldBe(143);
        watch.Seen.Count(e => e.Id == pod.Id && e.Container == "job").ShouldBe(1);
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task An_exit_that_nobody_watched_is_reported_late()
    {
        var pod = await StartAsync(Container("job", Step.Exit(9)));
        await ExitedAsync(pod.Id, "job");
        await harness.ReopenAsync();
        await using var watch = Watch();
        (await watch.NextAsync(pod.Id, "job").WaitAsync(harness.Patience, Stop)).ExitCode.ShouldBe(9);
    }

    private ExitWatch Watch() => new(Runtime);

    private async Task<List<LogLine>> ReadAsync(PodId id, LogQuery query)
    {
        var lines = new List<LogLine>();
        await foreach (var line in Runtime.ReadLogsAsync(id, query, Stop))
            lines.Add(line);
        return lines;
    }

    private (Task Seen, Task<List<string>> All) FollowAsync(PodId id, int count)
    {
        var seen = new TaskCompletionSource();
        return (seen.Task, ReadAllAsync());

        async Task<List<string>> ReadAllAsync()
        {
            var lines = new List<string>();
            await foreach (var line in Runtime.ReadLogsAsync(id, new LogQuery(Follow: true), Stop))
            {
                lines.Add(line.Text);
                if (lines.Count == count)
                    seen.SetResult();
            }

            return lines;
        }
    }
}
