using Codius.Core.Pods;

namespace Codius.Core.Tests.Pods;

public sealed class RestartPolicyTests
{
    [Fact]
    public void The_pause_doubles_from_a_second_to_a_minute() =>
        Enumerable.Range(1, 9).Select(ends => RestartPolicy.DelayAfter(ends).TotalSeconds)
            .ShouldBe([1, 2, 4, 8, 16, 32, 60, 60, 60]);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void It_is_a_second_at_least_and_a_minute_at_most(int ends) =>
        RestartPolicy.DelayAfter(ends).ShouldBeInRange(RestartPolicy.FirstDelay, RestartPolicy.LongestDelay);

    [Fact]
    public void A_container_that_ran_for_a_minute_begins_anew()
    {
        RestartPolicy.CountEnds(5, TimeSpan.FromSeconds(59)).ShouldBe(6);
        RestartPolicy.CountEnds(5, TimeSpan.FromSeconds(60)).ShouldBe(1);
        RestartPolicy.CountEnds(int.MaxValue, TimeSpan.Zero).ShouldBe(int.MaxValue);
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(true, 1, true)]
    [InlineData(false, 0, false)]
    [InlineData(false, 1, true)]
    [InlineData(false, null, true)]
    public void A_server_is_always_started_again_and_a_job_until_it_is_done(bool port, int? code, bool again) =>
        RestartPolicy.Restarts(port, code).ShouldBe(again);
}
