using Codius.Core;
using Codius.Core.Pods;
using Codius.Testing.Processes;
using Shouldly;
using Xunit;

namespace Codius.Testing.Runtime;

public abstract partial class PodRuntimeConformance
{
    [Fact]
    public async Task A_container_that_ended_is_started_again_in_its_pod_and_its_log_goes_on()
    {
        var spec = Spec(Container(Step.Out("begun"), Step.Exit(3)), Container("other", Step.Stay));
        var pod = await StartAsync(spec);
        if (!harness.RestartsContainers)
        {
            await CannotRestartAsync(spec);
            return;
        }

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            (await ExitedAsync(pod.Id)).ExitCode.ShouldBe(3);
            (await Runtime.RestartAsync(spec, "app", Stop)).Succeeded(out _, out var failure)
                .ShouldBeTrue(failure?.Message);
            await LinesAsync(pod.Id, attempt + 1);
        }

        (await ExitedAsync(pod.Id)).Attempt.ShouldBe(2);
        var lines = await ReadAsync(pod.Id, new LogQuery());
        lines.Where(l => l.Container == "app").Select(l => (l.Number, l.Text)).ShouldBe(
            [(1, "begun"), (2, "begun"), (3, "begun")]);
        var status = await StatusAsync(pod.Id);
        status.Address.ShouldBe(pod.Address);
        status.Containers.Select(c => c.Name).ShouldBe(["app", "other"]);
        status.Containers[1].Phase.ShouldBe(ContainerPhase.Running);
    }

    [Fact]
    public async Task The_end_of_each_attempt_is_reported()
    {
        await using var watch = Watch();
        var spec = Spec(Container(Step.Exit(4)));
        await StartAsync(spec);
        await watch.NextAsync(spec.Id, "app").WaitAsync(harness.Patience, Stop);
        if (!harness.RestartsContainers)
        {
            await CannotRestartAsync(spec);
            return;
        }

        (await Runtime.RestartAsync(spec, "app", Stop)).Failure.ShouldBeNull();
        await Deadline.UntilAsync(
            () => watch.Seen.Count(e => e.Id == spec.Id && e.Container == "app") >= 2,
            "the second end",
            harness.Patience);
        watch.Seen.Where(e => e.Id == spec.Id).Select(e => e.ExitCode).ShouldBe([4, 4]);
    }

    [Fact]
    public async Task A_container_that_runs_is_not_started_again()
    {
        var spec = Spec(Container(Step.Out("begun"), Step.Stay));
        await StartAsync(spec);
        await LinesAsync(spec.Id, 1);
        (await Runtime.RestartAsync(spec, "app", Stop)).Succeeded(out var pod, out _).ShouldBeTrue();
        pod!.Containers.Single().Attempt.ShouldBe(0);
        pod.AllRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task A_container_of_a_pod_that_is_gone_cannot_be_started_again()
    {
        var spec = Spec(Container(Step.Stay));
        (await Runtime.RestartAsync(spec, "app", Stop)).Failure.ShouldNotBeNull().Kind.ShouldBe(FailureKind.NotFound);
    }

    [Fact]
    public async Task A_paused_pod_goes_on_where_it_was()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        await LinesAsync(pod.Id, 1);
        await Runtime.PauseAsync(pod.Id, Stop);
        await Runtime.PauseAsync(pod.Id, Stop);
        (await StatusAsync(pod.Id)).SandboxReady.ShouldBeTrue();
        await Runtime.ResumeAsync(pod.Id, Stop);
        await Runtime.ResumeAsync(pod.Id, Stop);
        (await StatusAsync(pod.Id)).AllRunning.ShouldBeTrue();
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().ExitCode.ShouldBe(143);
    }

    [Fact]
    public async Task A_paused_pod_is_asked_to_end_like_any_other()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        await LinesAsync(pod.Id, 1);
        await Runtime.PauseAsync(pod.Id, Stop);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().ExitCode.ShouldBe(143);
    }

    [Fact]
    public async Task A_paused_pod_of_an_earlier_life_can_go_on_or_be_removed()
    {
        var first = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        var second = await StartAsync(Container(Step.Out("ready"), Step.Stubborn));
        await LinesAsync(first.Id, 1);
        await LinesAsync(second.Id, 1);
        await Runtime.PauseAsync(first.Id, Stop);
        await Runtime.PauseAsync(second.Id, Stop);
        await harness.ReopenAsync();
        await Runtime.ResumeAsync(first.Id, Stop);
        (await StatusAsync(first.Id)).AllRunning.ShouldBeTrue();
        await Runtime.RemoveAsync(second.Id, Stop);
        (await Runtime.GetStatusAsync(second.Id, Stop)).ShouldBeNull();
    }

    private async Task CannotRestartAsync(PodSpec spec)
    {
        await ExitedAsync(spec.Id);
        var failure = (await Runtime.RestartAsync(spec, "app", Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.RuntimeUnavailable);
        failure.Blame.ShouldBe(Blame.Host);
        failure.Message.ShouldStartWith("container app cannot be started again: ");
    }

    [Fact]
    public async Task Pausing_what_is_gone_does_nothing()
    {
        await Runtime.PauseAsync(PodId.New(), Stop);
        await Runtime.ResumeAsync(PodId.New(), Stop);
    }
}
