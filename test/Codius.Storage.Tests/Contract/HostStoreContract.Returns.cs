using Codius.Core.Leases;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task What_is_sent_back_is_no_credit_any_more()
    {
        var part = Part(1, 300);
        await Store.RecordPartPaymentAsync(part, CancellationToken.None);
        (await BeginReturnAsync(part, 300)).ShouldBeTrue();
        await Store.SettleReturnAsync(part.Token, 300, part.At, CancellationToken.None);
        var balances = (await Store.ReadBalancesAsync(CancellationToken.None)).Single();
        (balances.Returned, balances.Credited).ShouldBe((300, 0));
    }

    [Fact]
    public async Task What_could_not_be_sent_back_is_a_credit_again()
    {
        var part = Part(1, 300);
        await Store.RecordPartPaymentAsync(part, CancellationToken.None);
        await BeginReturnAsync(part, 300);
        await Store.SettleReturnAsync(part.Token, 100, part.At, CancellationToken.None);
        await Store.SettleReturnAsync(part.Token, 100, part.At, CancellationToken.None);
        (await CreditAsync(1)).ShouldBe(200);
        (await Store.ReadBalancesAsync(CancellationToken.None)).Single().Returned.ShouldBe(100);
    }

    [Fact]
    public async Task What_was_on_its_way_back_when_the_host_died_is_a_credit_again()
    {
        var part = Part(1, 300);
        await Store.RecordPartPaymentAsync(part, CancellationToken.None);
        await BeginReturnAsync(part, 300);
        await ReopenAsync();
        (await Store.SettleOpenReturnsAsync(part.At, CancellationToken.None)).ShouldBe(1);
        (await Store.SettleOpenReturnsAsync(part.At, CancellationToken.None)).ShouldBe(0);
        (await CreditAsync(1)).ShouldBe(300);
    }

    [Fact]
    public async Task A_credit_that_was_spent_is_not_sent_back()
    {
        var part = Part(1, 300);
        await Store.RecordPartPaymentAsync(part, CancellationToken.None);
        (await BeginReturnAsync(part, 301)).ShouldBeFalse();
        (await CreditAsync(1)).ShouldBe(300);
    }

    private Task<bool> BeginReturnAsync(PartPayment part, long amount) => Store.BeginReturnAsync(
        new MoneyReturn(part.Token, part.Credit, part.Asset, amount, part.At), CancellationToken.None);
}
