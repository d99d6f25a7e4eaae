using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

public sealed class SequenceWindowTests
{
    [Fact]
    public void A_number_is_new_once()
    {
        var window = new SequenceWindow();
        foreach (var number in new ulong[] { 1, 3, 2, 1000, 999 })
        {
            window.TryAccept(number).ShouldBeTrue();
            window.TryAccept(number).ShouldBeFalse();
        }
    }

    [Fact]
    public void What_lies_too_far_back_counts_as_seen()
    {
        var window = new SequenceWindow();
        window.TryAccept(5000).ShouldBeTrue();
        window.TryAccept(5000 - 1023).ShouldBeTrue();
        window.TryAccept(5000 - 1024).ShouldBeFalse();
    }

    [Fact]
    public void The_last_number_of_all_can_follow_the_one_before_it()
    {
        var window = new SequenceWindow();
        window.TryAccept(ulong.MaxValue - 1).ShouldBeTrue();
        window.TryAccept(ulong.MaxValue).ShouldBeTrue();
        window.TryAccept(ulong.MaxValue).ShouldBeFalse();
        window.TryAccept(ulong.MaxValue - 2).ShouldBeTrue();
    }
}
