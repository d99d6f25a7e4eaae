using Codius.Core.Pods;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task A_pod_and_its_lease_are_found_after_reopening()
    {
        await CommitAsync(Start(1));
        await ReopenAsync();

        var pod = (await Store.LoadPodsAsync(CancellationToken.None)).ShouldHaveSingleItem();
        pod.SealedPrivate.ShouldBe([1, 2, 3]);
        (pod with { SealedPrivate = null }).ShouldBe(Start(1).Pod! with { SealedPrivate = null });
        (await LeasesAsync(1)).ShouldBe([Start(1).Lease]);
    }

    [Fact]
    public async Task A_pod_without_private_values_has_none()
    {
        await CommitAsync(Start(1) with { Pod = Start(1).Pod! with { SealedPrivate = null } });

        (await PodAsync()).SealedPrivate.ShouldBeNull();
    }

    [Fact]
    public async Task An_extension_moves_the_expiry_and_adds_a_lease()
    {
        await CommitAsync(Start(1));

        (await CommitAsync(Extension(2, 1, Noon.AddHours(2)))).ShouldBeTrue();

        (await PodAsync()).ExpiresAt.ShouldBe(Noon.AddHours(2));
        (await LeasesAsync(1)).ShouldBe([Start(1).Lease, Extension(2, 1, Noon.AddHours(2)).Lease]);
        await MoneyShouldBeAsync(received: 2000, held: 2000);
    }

    [Fact]
    public async Task A_pod_that_is_not_there_cannot_be_extended()
    {
        await Should.ThrowAsync<InvalidOperationException>(CommitAsync(Extension(1, 1, Noon.AddHours(1))));

        (await OperationAsync(1)).ShouldBeNull();
        await MoneyShouldBeAsync(received: 0);
    }

    [Fact]
    public async Task A_pod_that_is_there_cannot_be_started_again()
    {
        await CommitAsync(Start(1));

        await Should.ThrowAsync<InvalidOperationException>(CommitAsync(StartOf(manifest: 1, number: 2)));

        (await OperationAsync(2)).ShouldBeNull();
        (await PodAsync()).Id.ShouldBe(Start(1).Pod!.Id);
        await MoneyShouldBeAsync(received: 1000, held: 1000);
    }

    [Fact]
    public async Task A_manifest_can_be_started_again_after_its_pod_has_ended()
    {
        await CommitAsync(Start(1));
        await EndAsync(1, Noon);

        (await CommitAsync(StartOf(manifest: 1, number: 2))).ShouldBeTrue();

        (await LeasesAsync(1)).ShouldBe([Start(2).Lease]);
    }

    [Fact]
    public async Task The_end_of_a_pod_earns_what_was_served_and_credits_the_rest()
    {
        await CommitAsync(Start(1));

        (await EndAsync(1, Noon.AddMinutes(15))).ShouldBe(750);

        (await CreditAsync(1)).ShouldBe(750);
        await MoneyShouldBeAsync(received: 1000, earned: 250, credited: 750);
    }

    [Fact]
    public async Task Each_payer_gets_the_rest_of_his_own_lease()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));
        await CommitAsync(Extension(3, 1, Noon.AddHours(3)));

        (await EndAsync(1, Noon.AddMinutes(90))).ShouldBe(1500);

        (await CreditAsync(1)).ShouldBeNull("his hour was served");
        (await CreditAsync(2)).ShouldBe(500, "half of his hour was served");
        (await CreditAsync(3)).ShouldBe(1000, "his hour had not begun");
        await MoneyShouldBeAsync(received: 3000, earned: 1500, credited: 1500);
    }

    [Fact]
    public async Task A_unit_that_cannot_be_split_is_the_payers()
    {
        await CommitAsync(Start(1).Paid(1, packet: 1));

        (await EndAsync(1, Noon.AddHours(1).AddMilliseconds(-1))).ShouldBe(1);
    }

    [Fact]
    public async Task A_pod_that_expired_long_ago_leaves_nothing_to_credit()
    {
        await CommitAsync(Start(1));

        (await EndAsync(1, Noon.AddDays(400))).ShouldBe(0);

        await MoneyShouldBeAsync(received: 1000, earned: 1000);
    }

    [Fact]
    public async Task An_outage_moves_unserved_time_and_leaves_served_time_alone()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));
        await CommitAsync(Extension(3, 1, Noon.AddHours(3)));
        var (lastAlive, outage) = (Noon.AddMinutes(90), TimeSpan.FromHours(5));

        await Store.ResumePodAsync(Manifest(1), new PodId("again"), outage, lastAlive + outage, CancellationToken.None);

        (await PodAsync()).Id.ShouldBe(new PodId("again"));
        (await PodAsync()).ExpiresAt.ShouldBe(Noon.AddHours(8));
        (await LeasesAsync(1)).Select(lease => lease.EndsAt).ShouldBe(
            [Noon.AddHours(1), Noon.AddHours(7), Noon.AddHours(8)]);
        (await EndAsync(1, lastAlive + outage)).ShouldBe(1500);
    }

    [Fact]
    public async Task A_pod_that_had_expired_before_the_outage_gets_no_time_from_it()
    {
        await CommitAsync(Start(1));
        var outage = TimeSpan.FromHours(1);

        await Store.ResumePodAsync(
            Manifest(1), new PodId("again"), outage, Noon.AddHours(2) + outage, CancellationToken.None);

        (await PodAsync()).ExpiresAt.ShouldBe(Noon.AddHours(1));
        (await LeasesAsync(1)).ShouldBe([Start(1).Lease]);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_takes_no_time_away()
    {
        await CommitAsync(Start(1));

        await Store.ResumePodAsync(
            Manifest(1), new PodId("again"), TimeSpan.FromHours(-1), Noon, CancellationToken.None);

        (await PodAsync()).ShouldSatisfyAllConditions(
            pod => pod.Id.ShouldBe(new PodId("again")),
            pod => pod.ExpiresAt.ShouldBe(Noon.AddHours(1)));
        (await LeasesAsync(1)).ShouldBe([Start(1).Lease]);
    }

    [Fact]
    public async Task An_outage_of_one_pod_moves_no_other()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Start(2));

        await Store.ResumePodAsync(
            Manifest(1), new PodId("again"), TimeSpan.FromHours(1), Noon.AddHours(1), CancellationToken.None);

        (await LeasesAsync(2)).ShouldBe([Start(2).Lease]);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_pod_that_has_ended()
    {
        await CommitAsync(Start(1));
        await CommitAsync(Extension(2, 1, Noon.AddHours(2)));
        await EndAsync(1, Noon);

        (await Store.LoadPodsAsync(CancellationToken.None)).ShouldBeEmpty();
        (await LeasesAsync(1)).ShouldBeEmpty();
        (await EndAsync(1, Noon)).ShouldBe(0, "it ends once");
        await MoneyShouldBeAsync(received: 2000, credited: 2000);
    }

    [Fact]
    public async Task A_pod_that_never_was_ends_without_effect()
    {
        (await EndAsync(7, Noon)).ShouldBe(0);
    }

    [Fact]
    public async Task A_pod_ends_once_however_many_end_it_at_the_same_time()
    {
        await CommitAsync(Start(1));

        var credited = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EndAsync(1, Noon.AddMinutes(30))));

        credited.Order().ShouldBe([.. Enumerable.Repeat(0L, 19), 500]);
        await MoneyShouldBeAsync(received: 1000, earned: 500, credited: 500);
    }

    private async Task<PodRecord> PodAsync() =>
        (await Store.LoadPodsAsync(CancellationToken.None)).ShouldHaveSingleItem();
}
