using Codius.Core.Pods;

namespace Codius.Core.Tests.Pods;

public sealed class ResourceLimitsTests
{
    [Fact]
    public void What_was_sold_is_read_again()
    {
        var limits = new ResourceLimits(1, 2, 3, 4, 5, 6, long.MaxValue);
        ResourceLimits.TryParse(limits.ToText(), out var read).ShouldBeTrue();
        read.ShouldBe(limits);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1 2 3 4 5 6")]
    [InlineData("1 2 3 4 5 6 7 8")]
    [InlineData("1 2 -3 4 5 6 7")]
    [InlineData("1 2147483648 3 4 5 6 7")]
    [InlineData("1 2 3 4 5 6 9223372036854775808")]
    public void What_is_nothing_of_the_kind_is_not(string? text) =>
        ResourceLimits.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_multiple_is_one_of_everything() =>
        ResourceLimits.Small.Times(3).ShouldBe(new ResourceLimits(
            3 * 512L * 1024 * 1024, 3000, 3072, 3L * 1024 * 1024 * 1024, 3 * 65536, 3 * 8L * 1024 * 1024, 300_000_000));
}
