using Codius.Core.Leases;

namespace Codius.Core.Tests.Leases;

public sealed class PodDurationTests
{
    [Theory]
    [InlineData(null, 3600)]
    [InlineData("1", 1)]
    [InlineData("600", 600)]
    [InlineData("2592000", 2592000)]
    public void A_duration_is_read(string? text, int expected)
    {
        PodDuration.TryParse(text, out var duration, out var problem).ShouldBeTrue(problem);
        duration.Seconds.ShouldBe(expected);
        duration.Length.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("abc")]
    [InlineData(" 600")]
    [InlineData("+600")]
    [InlineData("600\n")]
    [InlineData("600\0")]
    [InlineData("٣٠٠")]
    [InlineData("2592001")]
    [InlineData("99999999999999999999")]
    public void What_is_no_duration_is_refused_with_the_limits(string text)
    {
        PodDuration.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("duration must be a whole number of seconds from 1 to 2592000 (30 days)");
    }
}
