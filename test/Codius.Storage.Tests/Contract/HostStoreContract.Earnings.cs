using Codius.Core.Earnings;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    private IEarningsStore Earnings => (IEarningsStore)Store;

    [Fact]
    public async Task A_pod_that_is_sold_has_an_account_which_its_purchase_names()
    {
        await CommitAsync(Start(1) with { Account = Account(1, "$example.com/alice") });
        await ReopenAsync();

        (await AccountsAsync(1)).ShouldBe([Account(1, "$example.com/alice")]);
        (await AccountsAsync(2)).ShouldBeEmpty("it is not his");
        (await Earnings.LoadAccountsWithPayeeAsync(CancellationToken.None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_purchase_that_was_not_committed_makes_no_account()
    {
        await CommitAsync(Start(1));
        (await CommitAsync(Start(1) with { Account = Account(1, "$example.com/mallory") })).ShouldBeFalse();
        (await AccountsAsync(1)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_keeps_its_payee_until_another_one_is_named()
    {
        await Earnings.SaveAccountAsync(Account(1, null), CancellationToken.None);
        (await Earnings.LoadAccountsWithPayeeAsync(CancellationToken.None)).ShouldBeEmpty();
        await Earnings.SaveAccountAsync(Account(1, "$example.com/alice"), CancellationToken.None);
        await Earnings.SaveAccountAsync(Account(1, null), CancellationToken.None);
        (await AccountsAsync(1)).ShouldBe([Account(1, "$example.com/alice")]);
        await Earnings.SaveAccountAsync(Account(1, "$example.com/bob"), CancellationToken.None);
        (await AccountsAsync(1)).ShouldBe([Account(1, "$example.com/bob")]);
    }

    [Fact]
    public async Task Each_step_of_a_payout_is_kept_and_what_is_not_settled_is_found_again()
    {
        await SaveAsync(Payout("first"));
        await SaveAsync(Payout("first") with { Amount = 75, State = PayoutState.Funded });
        await SaveAsync(Payout("second") with
        {
            Sent = 30,
            InDoubt = 5,
            State = PayoutState.Settled,
            Problem = "late",
        });
        await ReopenAsync();

        (await Earnings.LoadUnsettledPayoutsAsync(CancellationToken.None))
            .ShouldBe([Payout("first") with { Amount = 75, State = PayoutState.Funded }]);
        (await SumsAsync()).ShouldBe(new PayoutSums(Sent: 30, InDoubt: 5, UnderWay: 75));

        await SaveAsync(Payout("first") with { Amount = 75, Sent = 75, State = PayoutState.Settled });
        (await Earnings.LoadUnsettledPayoutsAsync(CancellationToken.None)).ShouldBeEmpty();
        (await SumsAsync()).ShouldBe(new PayoutSums(Sent: 105, InDoubt: 5, UnderWay: 0));
        (await Earnings.FindPayoutsAsync("account 1", 1, CancellationToken.None)).ShouldHaveSingleItem();
        (await Earnings.SumPayoutsAsync("account 2", CancellationToken.None)).ShouldBe(new PayoutSums(0, 0, 0));
    }

    [Fact]
    public async Task A_payout_of_more_than_was_set_aside_is_not_recorded()
    {
        await Should.ThrowAsync<Exception>(() => SaveAsync(Payout("first") with { Sent = 60, InDoubt = 41 }));
        (await Earnings.LoadUnsettledPayoutsAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    private static PodAccount Account(int number, string? payout) =>
        new($"account {number}", Manifest(number), Capability(number), Xrp, payout);

    private static Payout Payout(string id) => new(id, "account 1", "$example.com/alice", 100, Noon);

    private Task SaveAsync(Payout payout) => Earnings.SavePayoutAsync(payout, CancellationToken.None);

    private Task<PayoutSums> SumsAsync() => Earnings.SumPayoutsAsync("account 1", CancellationToken.None);

    private Task<IReadOnlyList<PodAccount>> AccountsAsync(int number) =>
        Earnings.FindAccountsAsync(Manifest(number), Capability(number), CancellationToken.None);
}
