using Codius.Core.Leases;
using Codius.Core.Ledger;
using static Codius.Storage.Tests.Contract.StoreSamples;

namespace Codius.Storage.Tests.Contract;

public abstract partial class HostStoreContract
{
    [Fact]
    public async Task Nothing_is_known_of_a_token_that_no_money_came_for()
    {
        (await OperationAsync(1)).ShouldBeNull();
        (await Store.ReadBalancesAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_payment_is_a_credit_at_once()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        (await CreditAsync(1)).ShouldBe(300);
        (await OperationAsync(1)).ShouldBe(new OperationRecord(Token(1), Digest(1), OperationState.Open, null));
        await MoneyShouldBeAsync(received: 300, credited: 300);
    }

    [Fact]
    public async Task Part_payments_add_up()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300, "a"), CancellationToken.None);
        await Store.RecordPartPaymentAsync(Part(1, 400, "b"), CancellationToken.None);

        (await CreditAsync(1)).ShouldBe(700);
    }

    [Fact]
    public async Task A_packet_counts_once_however_often_it_is_recorded()
    {
        for (var i = 0; i < 3; i++)
            await Store.RecordPartPaymentAsync(Part(1, 300, "the same"), CancellationToken.None);

        (await CreditAsync(1)).ShouldBe(300);
        await MoneyShouldBeAsync(received: 300, credited: 300);
    }

    [Fact]
    public async Task A_commit_moves_packet_credit_and_surplus()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        (await CommitAsync(Start(1).Paid(1000, packet: 750, credit: 300))).ShouldBeTrue();

        (await CreditAsync(1)).ShouldBe(50);
        (await OperationAsync(1)).ShouldBe(new OperationRecord(Token(1), Digest(1), OperationState.Committed, Started));
        await MoneyShouldBeAsync(received: 1050, held: 1000, credited: 50);
    }

    [Fact]
    public async Task A_credit_alone_can_pay()
    {
        await Store.RecordPartPaymentAsync(Part(9, 1500, credit: 2), CancellationToken.None);

        var purchase = Start(2).Paid(1000, packet: 0, credit: 1000) with { PacketKey = "" };
        (await CommitAsync(purchase)).ShouldBeTrue();
        var next = Start(3).Paid(500, packet: 0, credit: 500) with { PacketKey = "", SpentCredit = Credit(2) };
        (await CommitAsync(next)).ShouldBeTrue();

        (await CreditAsync(2)).ShouldBeNull();
        await MoneyShouldBeAsync(received: 1500, held: 1500);
    }

    [Fact]
    public async Task Time_that_costs_nothing_moves_no_money()
    {
        (await CommitAsync(Start(1).Paid(0, packet: 0) with { PacketKey = "" })).ShouldBeTrue();

        (await LeasesAsync(1)).Count.ShouldBe(1);
        (await EndAsync(1, Noon)).ShouldBe(0);
        await MoneyShouldBeAsync(received: 0);
    }

    [Fact]
    public async Task A_token_is_spent_once()
    {
        (await CommitAsync(Start(1))).ShouldBeTrue();

        (await CommitAsync(Start(2) with { Token = Token(1), RequestDigest = Digest(1) })).ShouldBeFalse();

        (await LeasesAsync(2)).ShouldBeEmpty();
        await MoneyShouldBeAsync(received: 1000, held: 1000);
    }

    [Fact]
    public async Task A_token_is_spent_once_by_many_at_the_same_time()
    {
        var won = await Task.WhenAll(Enumerable.Range(1, 40).Select(
            i => CommitAsync(Start(i) with { Token = Token(0) })));

        won.Count(it => it).ShouldBe(1);
        await MoneyShouldBeAsync(received: 1000, held: 1000);
    }

    [Fact]
    public async Task A_credit_is_spent_once_by_many_at_the_same_time()
    {
        await Store.RecordPartPaymentAsync(Part(99, 2500), CancellationToken.None);

        var won = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => CommitAsync(
            Start(i).Paid(1000, packet: 0, credit: 1000) with { SpentCredit = Credit(1) })));

        won.Count(it => it).ShouldBe(2);
        (await CreditAsync(1)).ShouldBe(500);
    }

    [Fact]
    public async Task A_token_serves_only_the_request_that_its_first_money_came_for()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        (await CommitAsync(Start(1) with { RequestDigest = "another" })).ShouldBeFalse();

        (await OperationAsync(1)).ShouldBe(new OperationRecord(Token(1), Digest(1), OperationState.Open, null));
        (await CreditAsync(1)).ShouldBe(300);
    }

    [Fact]
    public async Task Money_that_comes_for_another_request_with_the_same_token_is_a_credit_all_the_same()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300, "a"), CancellationToken.None);
        await Store.RecordPartPaymentAsync(
            Part(1, 200, "b", credit: 2) with { RequestDigest = "another" }, CancellationToken.None);

        (await OperationAsync(1))!.RequestDigest.ShouldBe(Digest(1));
        (await CreditAsync(2)).ShouldBe(200);
    }

    [Fact]
    public async Task Money_that_comes_after_the_end_of_an_operation_is_a_credit_and_opens_nothing()
    {
        await CommitAsync(Start(1));
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        (await OperationAsync(1))!.State.ShouldBe(OperationState.Committed);
        (await CreditAsync(1)).ShouldBe(300);
    }

    [Fact]
    public async Task A_commit_with_too_small_a_credit_is_refused_and_changes_nothing()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        (await CommitAsync(Start(1).Paid(1000, packet: 600, credit: 400))).ShouldBeFalse();

        (await OperationAsync(1))!.State.ShouldBe(OperationState.Open);
        (await CreditAsync(1)).ShouldBe(300);
        (await LeasesAsync(1)).ShouldBeEmpty();
        (await Store.LoadPodsAsync(CancellationToken.None)).ShouldBeEmpty();
        await MoneyShouldBeAsync(received: 300, credited: 300);
        (await CommitAsync(Start(1).Paid(1000, packet: 700, credit: 300))).ShouldBeTrue("it may be paid better");
    }

    [Fact]
    public async Task A_credit_in_one_asset_pays_for_nothing_in_another()
    {
        await Store.RecordPartPaymentAsync(Part(1, 1000) with { Asset = new Asset("XRP", 6) }, CancellationToken.None);

        (await CommitAsync(Start(1).Paid(1000, packet: 0, credit: 1000))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_refused_commit_leaves_no_trace_of_its_token()
    {
        (await CommitAsync(Start(1).Paid(1000, packet: 600, credit: 400))).ShouldBeFalse();

        (await OperationAsync(1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_packet_that_was_recorded_already_completes_no_price()
    {
        await Store.RecordPartPaymentAsync(Part(1, 1000, "packet 1"), CancellationToken.None);

        await Should.ThrowAsync<InvalidOperationException>(CommitAsync(Start(1)));

        (await OperationAsync(1))!.State.ShouldBe(OperationState.Open);
        await MoneyShouldBeAsync(received: 1000, credited: 1000);
    }

    [Theory]
    [InlineData(1000, 999, 0)]
    [InlineData(1000, 0, 1001)]
    [InlineData(1000, -1, 1000)]
    [InlineData(1000, 2000, -500)]
    [InlineData(-1, 0, 0)]
    public async Task A_purchase_that_does_not_add_up_is_a_mistake_of_the_caller(long price, long packet, long credit)
    {
        await Store.RecordPartPaymentAsync(Part(1, 5000), CancellationToken.None);

        await Should.ThrowAsync<ArgumentException>(CommitAsync(Start(1).Paid(price, packet, credit)));

        (await OperationAsync(1))!.State.ShouldBe(OperationState.Open);
        await MoneyShouldBeAsync(received: 5000, credited: 5000);
    }

    [Fact]
    public async Task A_void_operation_keeps_its_answer_and_the_payer_his_credit()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);

        await Store.VoidAsync(Token(1), Failed, Noon, CancellationToken.None);

        (await OperationAsync(1)).ShouldBe(new OperationRecord(Token(1), Digest(1), OperationState.Void, Failed));
        (await CreditAsync(1)).ShouldBe(300);
        (await CommitAsync(Start(1))).ShouldBeFalse("a token that has failed is used up");
    }

    [Fact]
    public async Task Nothing_is_recorded_of_a_failure_that_no_money_came_for()
    {
        await Store.VoidAsync(Token(1), Failed, Noon, CancellationToken.None);

        (await OperationAsync(1)).ShouldBeNull();
        (await CommitAsync(Start(1))).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_committed_or_void_is_never_void_again()
    {
        await CommitAsync(Start(1));
        await Store.RecordPartPaymentAsync(Part(2, 300), CancellationToken.None);
        await Store.VoidAsync(Token(2), Failed, Noon, CancellationToken.None);

        var late = new RecordedAnswer(500, "late");
        await Store.VoidAsync(Token(1), late, Noon, CancellationToken.None);
        await Store.VoidAsync(Token(2), late, Noon, CancellationToken.None);

        (await OperationAsync(1))!.Answer.ShouldBe(Started);
        (await OperationAsync(2))!.Answer.ShouldBe(Failed);
    }

    [Fact]
    public async Task All_open_operations_are_void_after_a_restart()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300, "a"), CancellationToken.None);
        await Store.RecordPartPaymentAsync(Part(2, 400, "b", credit: 2), CancellationToken.None);
        await CommitAsync(Start(3));
        await ReopenAsync();

        (await Store.VoidOpenOperationsAsync(Failed, Noon, CancellationToken.None)).ShouldBe(2);

        (await OperationAsync(1))!.State.ShouldBe(OperationState.Void);
        (await OperationAsync(2))!.Answer.ShouldBe(Failed);
        (await OperationAsync(3))!.Answer.ShouldBe(Started);
        (await CreditAsync(2)).ShouldBe(400);
        (await Store.VoidOpenOperationsAsync(Failed, Noon, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Operations_are_found_after_reopening()
    {
        await Store.RecordPartPaymentAsync(Part(1, 300), CancellationToken.None);
        await CommitAsync(Start(2));
        await ReopenAsync();

        (await OperationAsync(1)).ShouldBe(new OperationRecord(Token(1), Digest(1), OperationState.Open, null));
        (await OperationAsync(2)).ShouldBe(new OperationRecord(Token(2), Digest(2), OperationState.Committed, Started));
        (await CommitAsync(Start(2))).ShouldBeFalse();
        await MoneyShouldBeAsync(received: 1300, held: 1000, credited: 300);
    }

    [Fact]
    public async Task Money_beyond_what_can_be_counted_is_refused_and_changes_nothing()
    {
        await Store.RecordPartPaymentAsync(Part(1, long.MaxValue - 10, "a"), CancellationToken.None);

        await Should.ThrowAsync<Exception>(
            Store.RecordPartPaymentAsync(Part(1, 11, "b"), CancellationToken.None));

        await MoneyShouldBeAsync(received: long.MaxValue - 10, credited: long.MaxValue - 10);
        await Store.RecordPartPaymentAsync(Part(1, 10, "c"), CancellationToken.None);
        (await CreditAsync(1)).ShouldBe(long.MaxValue);
    }

    [Fact]
    public async Task Assets_are_counted_apart()
    {
        var usd = new Asset("USD/X", 2);
        await Store.RecordPartPaymentAsync(Part(1, 300, "a"), CancellationToken.None);
        await Store.RecordPartPaymentAsync(Part(1, 400, "b") with { Asset = usd }, CancellationToken.None);

        (await Store.ReadBalancesAsync(CancellationToken.None)).ShouldBe(
            [new LedgerBalances(usd, 400, 0, 0, 0, 400), new LedgerBalances(Xrp, 300, 0, 0, 0, 300)],
            ignoreOrder: true);
    }
}
