namespace Codius.Storage.Tests.Contract;

/// <summary>Sums that a store's tables must agree on, one row an asset, read past the store's own code.</summary>
internal sealed record StoreAudit(IReadOnlyList<StoreAudit.Sums> Assets, IReadOnlyList<string> Problems)
{
    public void ShouldBalance()
    {
        Problems.ShouldBeEmpty();
        foreach (var sums in Assets)
        {
            sums.Balances.ShouldBe(sums.Journal, $"balances of {sums.Asset} are those of the journal");
            sums.Credits.ShouldBe(sums.Journal.Credited, $"credits in {sums.Asset} are what is owed");
            sums.Leases.ShouldBe(sums.Journal.Held, $"leases in {sums.Asset} are what is held");
            var (received, held, earned, returned, credited) = sums.Journal;
            received.ShouldBe(held + earned + returned + credited, $"no {sums.Asset} was lost or invented");
        }
    }

    /// <summary>Kept balances, the balances that the journal gives, the sum of all credits and of all leases.</summary>
    internal sealed record Sums(string Asset, Accounts Balances, Accounts Journal, long Credits, long Leases);

    internal readonly record struct Accounts(long Received, long Held, long Earned, long Returned, long Credited);
}
