using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;

namespace Codius.Core.Tests.Leases;

public sealed class PurchaseTests
{
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1000, 1000, 0, 0)]
    [InlineData(1000, 0, 1000, 0)]
    [InlineData(1000, 700, 300, 0)]
    [InlineData(1000, 1200, 300, 500)]
    [InlineData(0, 5, 0, 5)]
    [InlineData(long.MaxValue, 0, long.MaxValue, 0)]
    [InlineData(long.MaxValue, long.MaxValue, 0, 0)]
    public void What_came_beyond_the_price_is_the_surplus(long price, long packet, long credit, long surplus)
    {
        Of(price, packet, credit).AddsUp.ShouldBeTrue();
        Of(price, packet, credit).Surplus.ShouldBe(surplus);
    }

    [Theory]
    [InlineData(1000, 999, 0)]
    [InlineData(1000, 699, 300)]
    [InlineData(1000, 0, 1001)]
    [InlineData(1000, -1, 1000)]
    [InlineData(1000, 2000, -1)]
    [InlineData(-1, 0, 0)]
    [InlineData(-1, 0, -1)]
    [InlineData(0, -1, 0)]
    [InlineData(0, 0, 1)]
    [InlineData(long.MaxValue, long.MinValue, long.MaxValue)]
    [InlineData(long.MinValue, 0, 0)]
    public void A_purchase_that_underpays_or_takes_too_much_of_a_credit_does_not_add_up(
        long price, long packet, long credit)
    {
        Of(price, packet, credit).AddsUp.ShouldBeFalse();
    }

    private static Purchase Of(long price, long packet, long credit) => new(
        default,
        "digest",
        null,
        ManifestHash.OfCanonicalJson("{}"u8),
        new Lease("a lease", new Asset("XRP", 9), price, 3600, DateTimeOffset.UnixEpoch),
        "packet",
        packet,
        CreditSecret.New().Id,
        credit,
        new RecordedAnswer(200, ""),
        DateTimeOffset.UnixEpoch,
        CapabilitySecret.New().Id,
        "tag");
}
