using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task What_was_received_and_not_confirmed_when_the_host_died_is_in_doubt()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300, "first"), CancellationToken.None);
        await CommitAsync(Start(2));
        await CommitAsync(Start(3));
        await Store.ConfirmAcceptancesAsync(["packet 3"], CancellationToken.None);
        await ReopenAsync();
        (await Store.DoubtOpenAcceptancesAsync("it died", Noon, CancellationToken.None)).ShouldBe(2);
        (await Store.DoubtOpenAcceptancesAsync("it died", Noon, CancellationToken.None)).ShouldBe(0);
        var balances = await BalancesAsync();
        (balances.Received, balances.InDoubt, balances.IsBalanced).ShouldBe((2300, 1300, true));
    }

    [Fact]
    public async Task What_is_in_doubt_is_so_once_and_what_was_confirmed_never()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Start(2));
        await Store.ConfirmAcceptancesAsync(["packet 1", "unheard of"], CancellationToken.None);
        string[] all = ["packet 1", "packet 2", "unheard of"];
        (await Store.DoubtAcceptancesAsync(all, "the link was lost", Noon, CancellationToken.None)).ShouldBe(1);
        (await Store.DoubtAcceptancesAsync(all, "the link was lost", Noon, CancellationToken.None)).ShouldBe(0);
        (await BalancesAsync()).InDoubt.ShouldBe(1000);
    }

    [Fact]
    public async Task What_a_credit_paid_for_can_not_be_in_doubt()
    {
        await Store.RecordPartPaymentAsync(Part(1, 1000, credit: 2), CancellationToken.None);
        await Store.ConfirmAcceptancesAsync(["part"], CancellationToken.None);
        (await CommitAsync(Start(2).Paid(1000, packet: 0, credit: 1000))).ShouldBeTrue();
        (await Store.DoubtOpenAcceptancesAsync("it died", Noon, CancellationToken.None)).ShouldBe(0);
    }
}
