using Codius.Core.Ledger;

namespace Codius.Core.Tests.Ledger;

public sealed class LedgerBalancesTests
{
    private static readonly LedgerBalances Balances = new(new Asset("XRP", 9), 10, 4, 3, 2, 1);

    [Fact]
    public void What_was_received_is_somewhere()
    {
        Balances.IsBalanced.ShouldBeTrue();
        (Balances with { Received = 11 }).IsBalanced.ShouldBeFalse();
        (Balances with { Returned = 0 }).IsBalanced.ShouldBeFalse();
    }

    [Fact]
    public void An_asset_is_written_as_its_code_and_its_scale()
    {
        new Asset("XRP", 9).ToString().ShouldBe("XRP/9");
    }
}
