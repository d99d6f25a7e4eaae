using Codius.Core.Pods;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Pods;

public sealed class PodLifecycleTests
{
    private static readonly PodState[] States = Enum.GetValues<PodState>();
    private static readonly PodTrigger[] Triggers = Enum.GetValues<PodTrigger>();

    [Fact]
    public void Each_step_is_told_once() =>
        PodLifecycle.Transitions.Select(step => (step.From, step.Trigger)).ShouldBeUnique();

    [Fact]
    public void Every_state_is_reached_from_the_start_and_every_trigger_leads_somewhere()
    {
        var reached = new HashSet<PodState> { PodState.Starting };
        while (PodLifecycle.Transitions.Any(step => reached.Contains(step.From) && reached.Add(step.To)))
        {
            // Until nothing is added.
        }

        reached.ShouldBe(States, ignoreOrder: true);
        PodLifecycle.Transitions.Select(step => step.Trigger).Distinct().ShouldBe(Triggers, ignoreOrder: true);
    }

    [Fact]
    public void Nothing_happens_after_the_end() =>
        Triggers.ShouldAllBe(trigger => !PodState.Ended.Allows(trigger));

    [Fact]
    public void Whatever_was_sold_can_be_stopped_and_ends_when_all_its_time_is_over()
    {
        foreach (var state in States.Except([PodState.Starting, PodState.Ended]))
        {
            state.After(PodTrigger.Stopped).ShouldBe(PodState.Ended);
            state.After(PodTrigger.GraceOver).ShouldBe(PodState.Ended);
        }
    }

    [Fact]
    public void Only_what_runs_or_stands_still_can_be_paid_for_again() =>
        States.Where(state => state.Allows(PodTrigger.Extended)).ShouldBe([PodState.Running, PodState.Paused]);

    [Fact]
    public void Only_a_sale_leads_out_of_the_cage() =>
        PodLifecycle.Transitions.Where(step => step.From == PodState.Starting && step.To != PodState.Ended)
            .ShouldBe([new PodTransition(PodState.Starting, PodTrigger.Sold, PodState.Running)]);

    [Fact]
    public void What_cannot_happen_is_a_mistake() =>
        Should.Throw<InvalidOperationException>(() => PodState.Ended.After(PodTrigger.Extended))
            .Message.ShouldContain("Ended");

    [Fact]
    public void Whatever_happens_a_pod_serves_only_while_its_time_runs_and_a_pause_ends_only_by_paying_or_for_good()
    {
        Prop.ForAll(
            Arb.From(Gen.ArrayOf(Gen.Elements(Triggers))),
            triggers =>
            {
                var state = PodState.Starting;
                foreach (var trigger in triggers.Where(trigger => state.Allows(trigger)))
                {
                    var next = state.After(trigger);
                    if (next.HasIngress() && !next.UsesTime())
                        return false;
                    if (state == PodState.Paused && next.UsesTime() && trigger != PodTrigger.Extended)
                        return false;
                    state = next;
                }

                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(60));
    }
}
