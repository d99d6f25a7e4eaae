using System.Buffers;
using System.Numerics;
using Interledger.Connector.Balances;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Settlement;
using Interledger.Oer;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Balances.Journal;

public sealed class BalanceEntryCodecTests
{
    private readonly BalanceBook _book = new();

    public BalanceEntryCodecTests() => _book.Of("alice");

    [Fact]
    public void A_settlement_larger_than_any_balance_is_refused()
    {
        var largest = new SettlementQuantity((BigInteger)Int128.MaxValue, 9);
        IsApplied(new SettlementBegun(0, "key", largest)).ShouldBeTrue();
        IsApplied(new SettlementBegun(0, "key", largest with { Amount = largest.Amount + 1 })).ShouldBeFalse();
        IsApplied(new SettlementBegun(0, "key", new SettlementQuantity(-1, 9))).ShouldBeFalse();
    }

    [Fact]
    public void A_balance_larger_than_any_is_refused()
    {
        var writer = new ArrayBufferWriter<byte>();
        BalanceEntryCodec.Write(writer, new BalanceStands(0, Int128.MinValue, default));
        var written = writer.WrittenSpan.ToArray();
        IsApplied(written).ShouldBeTrue();
        // One octet more in front makes it 256 times as low.
        const int LengthOffset = 5;
        written[LengthOffset]++;
        IsApplied([.. written.AsSpan(0, LengthOffset + 1), 0x80, .. written.AsSpan(LengthOffset + 1)]).ShouldBeFalse();
    }

    private bool IsApplied(BalanceEntry entry)
    {
        var writer = new ArrayBufferWriter<byte>();
        BalanceEntryCodec.Write(writer, entry);
        return IsApplied(writer.WrittenSpan);
    }

    private bool IsApplied(ReadOnlySpan<byte> written)
    {
        var reader = new OerReader(written);
        return BalanceEntryCodec.TryApplyNext(ref reader, _book);
    }
}
