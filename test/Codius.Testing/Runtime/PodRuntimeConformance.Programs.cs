using Codius.Core;
using Codius.Core.Pods;
using Shouldly;
using Xunit;

namespace Codius.Testing.Runtime;

public abstract partial class PodRuntimeConformance
{
    [Fact]
    public async Task The_command_sees_its_environment_and_working_directory()
    {
        var container = Container(Step.Variable("GREETING"), Step.Directory) with
        {
            WorkingDirectory = "/tmp",
            Environment = new Dictionary<string, string> { ["GREETING"] = "good $DAY, 'friend'" },
        };
        var pod = await StartAsync(container);
        (await LinesAsync(pod.Id, 2)).ShouldBe(["good $DAY, 'friend'", "/tmp"]);
    }

    [Theory]
    [InlineData(0, "Completed")]
    [InlineData(1, "Error")]
    [InlineData(255, "Error")]
    public async Task An_exit_code_is_kept(int code, string reason)
    {
        var pod = await StartAsync(Container(Step.Exit(code)));
        var ended = await ExitedAsync(pod.Id);
        ended.ExitCode.ShouldBe(code);
        ended.Reason.ShouldBe(reason);
        ended.FinishedAt.ShouldNotBeNull();
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().Name.ShouldBe("app");
    }

    [Fact]
    public async Task What_a_program_wrote_before_it_exited_at_once_is_there()
    {
        var pod = await StartAsync(Container(Step.Error("cannot read the configuration"), Step.Exit(3)));
        (await ExitedAsync(pod.Id)).ExitCode.ShouldBe(3);
        (await LinesAsync(pod.Id, 1)).ShouldBe(["cannot read the configuration"]);
    }

    [Fact]
    public async Task A_command_that_the_image_does_not_have_fails_the_start_and_names_the_container()
    {
        var spec = Spec(Container("web", Step.Stay) with { Command = harness.UnknownCommand });
        (await Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        var failure = (await Runtime.StartAsync(spec.Id, Stop)).Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(FailureKind.PodFailed);
        failure.Blame.ShouldBe(Blame.Pod);
        failure.Message.ShouldContain("'web'");
        failure.Message.ShouldContain(harness.UnknownCommand[0]);
        failure.Message.ShouldNotContain("/run/", Case.Sensitive, "paths of the machine are nobody's business");
    }

    [Fact]
    public async Task Stopping_asks_programs_to_end()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        await LinesAsync(pod.Id, 1);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().ExitCode.ShouldBe(143);
    }

    [Fact]
    public async Task Stopping_kills_a_program_that_does_not_end()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stubborn));
        await LinesAsync(pod.Id, 1);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(1), Stop);
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task Stopping_again_or_what_is_gone_does_nothing()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        await LinesAsync(pod.Id, 1);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        await Runtime.StopAsync(PodId.New(), TimeSpan.Zero, Stop);
    }

    [Fact]
    public async Task A_removed_pod_is_gone_and_can_be_removed_again()
    {
        var pod = await StartAsync(Container("web", Step.Stay), Container("stubborn", Step.Stubborn));
        await Runtime.RemoveAsync(pod.Id, Stop);
        (await Runtime.GetStatusAsync(pod.Id, Stop)).ShouldBeNull();
        (await Runtime.ListAsync(Stop)).ShouldNotContain(p => p.Id == pod.Id);
        (await LinesAsync(pod.Id)).ShouldBeEmpty();
        await Runtime.RemoveAsync(pod.Id, Stop);
        await Runtime.RemoveAsync(PodId.New(), Stop);
    }

    [Fact]
    public async Task A_pod_that_was_created_and_never_started_can_be_removed()
    {
        var pod = await CreateAsync(Container("web", Step.Stay), Container("agent", Step.Stay));
        await Runtime.RemoveAsync(pod.Id, Stop);
        (await Runtime.GetStatusAsync(pod.Id, Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pod_whose_start_failed_can_be_removed()
    {
        var spec = Spec(
            Container("web", Step.Stay), Container("bad", Step.Stay) with { Command = harness.UnknownCommand });
        (await Runtime.CreateAsync(spec, Stop)).Failure.ShouldBeNull();
        (await Runtime.StartAsync(spec.Id, Stop)).Failure.ShouldNotBeNull().Message.ShouldContain("'bad'");
        await Runtime.RemoveAsync(spec.Id, Stop);
        (await Runtime.GetStatusAsync(spec.Id, Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pod_of_an_earlier_life_can_be_stopped_and_removed()
    {
        var pod = await StartAsync(Container(Step.Out("ready"), Step.Stay));
        await LinesAsync(pod.Id, 1);
        await harness.ReopenAsync();
        await Runtime.StopAsync(pod.Id, TimeSpan.FromSeconds(20), Stop);
        (await StatusAsync(pod.Id)).FirstExited.ShouldNotBeNull().ExitCode.ShouldBe(143);
        await Runtime.RemoveAsync(pod.Id, Stop);
        (await Runtime.GetStatusAsync(pod.Id, Stop)).ShouldBeNull();
    }
}
