using System.Numerics;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace Codius.Core.Tests.Leases;

public sealed class LeaseTests
{
    private static readonly DateTimeOffset End = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<long> Below62Bits = Gen.Two(Gen.Choose(0, int.MaxValue))
        .Select(halves => ((long)halves.Item1 << 31) | (uint)halves.Item2);

    private static readonly Arbitrary<(long Price, long Seconds)> Terms = Arb.From(
        from price in Gen.OneOf(
            Gen.Choose(0, 1000).Select(n => (long)n),
            Below62Bits,
            Gen.Choose(0, 1000).Select(n => long.MaxValue - n))
        from seconds in Gen.OneOf(Gen.Choose(1, 10), Gen.Choose(1, PodDuration.MaxSeconds))
        select (price, (long)seconds));

    private static readonly Arbitrary<(long First, long Second)> Moments = Arb.From(
        Gen.Two(Gen.OneOf(
            Gen.Choose(-5, PodDuration.MaxSeconds + 5).Select(s => s * TimeSpan.TicksPerSecond),
            Below62Bits.Select(n => n % (PodDuration.MaxSeconds * TimeSpan.TicksPerSecond)),
            Gen.Choose(0, 20).Select(n => (long)n)))
        .Select(pair => (pair.Item1, pair.Item2)));

    [Theory]
    [InlineData(1000, 3600, 3600, 0)]
    [InlineData(1000, 3600, 2700, 250)]
    [InlineData(1000, 3600, 0, 1000)]
    [InlineData(1000, 3600, -1, 1000)]
    [InlineData(1000, 3600, 7200, 0)]
    [InlineData(1000, 3, 2, 333)]
    [InlineData(1000, 3, 1, 666)]
    [InlineData(0, 3600, 10, 0)]
    [InlineData(1, PodDuration.MaxSeconds, 1, 0)]
    [InlineData(1, PodDuration.MaxSeconds, 0, 1)]
    [InlineData(long.MaxValue, PodDuration.MaxSeconds, PodDuration.MaxSeconds / 2, long.MaxValue / 2)]
    [InlineData(long.MaxValue, PodDuration.MaxSeconds, 0, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue, 0, long.MaxValue)]
    public void The_served_part_of_the_price_is_earned(long price, long bought, long secondsBeforeEnd, long earned)
    {
        Of(price, bought).EarnedAt(End.AddSeconds(-secondsBeforeEnd)).ShouldBe(earned);
    }

    [Fact]
    public void A_lease_is_not_all_earned_a_tick_before_its_end()
    {
        var lease = Of(1000, 3600);

        lease.EarnedAt(End.AddTicks(-1)).ShouldBe(999);
        lease.EarnedAt(End).ShouldBe(1000);
    }

    [Fact]
    public void The_ends_of_time_are_no_trouble()
    {
        Of(1000, 3600).EarnedAt(DateTimeOffset.MinValue).ShouldBe(0);
        Of(1000, 3600).EarnedAt(DateTimeOffset.MaxValue).ShouldBe(1000);
    }

    [Fact]
    public void The_zone_of_the_clock_does_not_matter()
    {
        Of(1000, 3600).EarnedAt(End.AddMinutes(-30).ToOffset(TimeSpan.FromHours(9))).ShouldBe(500);
    }

    [Fact]
    public void What_is_earned_is_the_floor_of_price_times_served_over_bought() =>
        Prop.ForAll(Terms, Moments, (terms, moments) =>
        {
            var bought = terms.Seconds * TimeSpan.TicksPerSecond;
            var served = bought - Math.Clamp(moments.First, 0, bought);
            var earned = Of(terms.Price, terms.Seconds).EarnedAt(End.AddTicks(-moments.First));
            var (exact, remainder) = (new BigInteger(earned) * bought, new BigInteger(terms.Price) * served);
            return exact <= remainder && remainder < exact + bought;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_earned_never_falls_and_never_leaves_the_price() =>
        Prop.ForAll(Terms, Moments, (terms, moments) =>
        {
            var lease = Of(terms.Price, terms.Seconds);
            var early = lease.EarnedAt(End.AddTicks(-long.Max(moments.First, moments.Second)));
            var late = lease.EarnedAt(End.AddTicks(-long.Min(moments.First, moments.Second)));
            return 0 <= early && early <= late && late <= terms.Price;
        }).QuickCheckThrowOnFailure();

    private static Lease Of(long price, long bought) => new("a lease", new Asset("XRP", 9), price, bought, End);
}
