using Codius.Core.Leases;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task A_paused_pod_stays_and_its_leases_have_ended()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));

        (await PauseAsync(Noon.AddHours(2))).Credited.ShouldBe(0);
        await ReopenAsync();

        (await PodAsync()).PausedUntil.ShouldBe(Noon.AddHours(3));
        (await LeasesAsync(1)).ShouldBeEmpty();
        await MoneyShouldBeAsync(received: 2000, earned: 2000);
    }

    [Fact]
    public async Task Paying_ends_a_pause()
    {
        await CommitAsync(Start(1));
        await PauseAsync(Noon.AddHours(1));

        (await CommitAsync(Extension(2, 1, Noon.AddHours(4)))).ShouldBeTrue();

        (await PodAsync()).ShouldSatisfyAllConditions(
            pod => pod.PausedUntil.ShouldBeNull(),
            pod => pod.ExpiresAt.ShouldBe(Noon.AddHours(4)));
        (await EndAsync(1, Noon.AddHours(4))).ShouldBe(0);
        await MoneyShouldBeAsync(received: 2000, earned: 2000);
    }

    [Fact]
    public async Task The_payer_of_a_lease_that_ended_is_told_what_became_of_it()
    {
        await CommitAsync(Start(1));
        await EndAsync(1, Noon.AddMinutes(15));

        var settled = (await SettlementsAsync(1)).ShouldHaveSingleItem();
        settled.ShouldBe(new LeaseSettlement(
            "lease 1", Manifest(1), Capability(1), Credit(1), Xrp, Earned: 250, Unused: 750, Returned: 0, "tag 1",
            Noon.AddMinutes(15), "expired"));
        (await SettlementsAsync(2)).ShouldBeEmpty("it was not his");
    }

    [Fact]
    public async Task What_went_back_of_a_lease_stands_beside_it()
    {
        var start = Start(1) with { Lease = Start(1).Lease with { Id = Token(1).Hex } };
        await CommitAsync(start);
        await EndAsync(1, Noon.AddMinutes(15));
        var money = new MoneyReturn(Token(1), Credit(1), Xrp, 750, Noon);
        (await Store.BeginReturnAsync(money, CancellationToken.None)).ShouldBeTrue();
        await Store.SettleReturnAsync(Token(1), 500, Noon, CancellationToken.None);

        (await SettlementsAsync(1)).ShouldHaveSingleItem().Returned.ShouldBe(500);
        (await CreditAsync(1)).ShouldBe(250);
    }

    [Fact]
    public async Task A_payer_takes_his_own_time_back_and_what_comes_after_moves_forward()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));
        await CommitAsync(Extension(3, 1, Noon.AddHours(3)));

        var withdrawn = (await WithdrawAsync(2, Noon.AddMinutes(30))).ShouldNotBeNull();

        withdrawn.ExpiresAt.ShouldBe(Noon.AddHours(2));
        withdrawn.Settlement.Credited.ShouldBe(1000);
        (await LeasesAsync(1)).ShouldBe([Start(1).Lease, Extension(3, 1, Noon.AddHours(2)).Lease]);
        (await PodAsync()).ExpiresAt.ShouldBe(Noon.AddHours(2));
        await MoneyShouldBeAsync(received: 3000, held: 2000, credited: 1000);
    }

    [Fact]
    public async Task Of_a_lease_that_is_being_served_only_the_rest_is_taken_back()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));

        var withdrawn = (await WithdrawAsync(1, Noon.AddMinutes(15))).ShouldNotBeNull();

        withdrawn.Settlement.Credited.ShouldBe(750);
        withdrawn.ExpiresAt.ShouldBe(Noon.AddMinutes(75));
        (await EndAsync(1, Noon.AddMinutes(45))).ShouldBe(500);
        await MoneyShouldBeAsync(received: 2000, earned: 750, credited: 1250);
    }

    [Fact]
    public async Task Nobody_takes_back_what_is_not_his_or_what_he_took_before()
    {
        await CommitAsync(Start(1));
        (await WithdrawAsync(2, Noon)).ShouldBeNull();
        (await WithdrawAsync(1, Noon)).ShouldNotBeNull().ExpiresAt.ShouldBe(Noon);
        (await WithdrawAsync(1, Noon)).ShouldBeNull();
        await MoneyShouldBeAsync(received: 1000, credited: 1000);
    }

    private Task<PodSettlement> PauseAsync(DateTimeOffset at) =>
        Store.PausePodAsync(Manifest(1), at.AddHours(1), "over", at, CancellationToken.None);

    private Task<LeaseWithdrawal?> WithdrawAsync(int capability, DateTimeOffset at) =>
        Store.WithdrawAsync(Manifest(1), Capability(capability), "withdrawn", at, CancellationToken.None);

    private Task<IReadOnlyList<LeaseSettlement>> SettlementsAsync(int capability) =>
        Store.FindSettlementsAsync(Manifest(1), Capability(capability), CancellationToken.None);
}
