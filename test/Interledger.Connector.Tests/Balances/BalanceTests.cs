using Interledger.Connector.Balances;
using Interledger.Packets;
using Shouldly;
using Xunit;

namespace Interledger.Connector.Tests.Balances;

public sealed class BalanceTests
{
    private readonly ConnectorBench _bench = new();

    [Fact]
    public async Task An_account_cannot_spend_below_its_minimum()
    {
        var alice = _bench.Add("alice", config => config with { MinimumBalance = -150 });
        _bench.AddReceiver("bob");
        (await alice.SendAsync(_bench.Prepare("test.bench.bob"), default)).IsFulfill.ShouldBeTrue();
        (await alice.SendAsync(_bench.Prepare("test.bench.bob"), default))
            .Code.ShouldBe(IlpErrorCode.InsufficientLiquidity);
        (await alice.SendAsync(_bench.Prepare("test.bench.bob", 50), default)).IsFulfill.ShouldBeTrue();
        _bench.BalanceOf("alice").ShouldBe(-150);
    }

    [Fact]
    public async Task An_account_cannot_be_paid_above_its_maximum_and_its_payer_keeps_his_money()
    {
        var alice = _bench.Add("alice");
        _bench.AddReceiver("bob", config => config with { MaximumBalance = 100 });
        (await alice.SendAsync(_bench.Prepare("test.bench.bob", 101), default))
            .Code.ShouldBe(IlpErrorCode.InsufficientLiquidity);
        (await alice.SendAsync(_bench.Prepare("test.bench.bob", 100), default)).IsFulfill.ShouldBeTrue();
        _bench.BalanceOf("alice").ShouldBe(-100);
    }

    [Fact]
    public async Task What_is_under_way_cannot_be_spent_twice()
    {
        var alice = _bench.Add("alice", config => config with { MinimumBalance = -100 });
        var held = new TaskCompletionSource<IlpReply>();
        _bench.Add("bob").OnPrepare((_, _) => new ValueTask<IlpReply>(held.Task));
        var first = alice.SendAsync(_bench.Prepare("test.bench.bob"), default);
        (await alice.SendAsync(_bench.Prepare("test.bench.bob", 1), default))
            .Code.ShouldBe(IlpErrorCode.InsufficientLiquidity);

        held.SetResult(IlpReply.Reject(IlpErrorCode.ApplicationError));
        await first;
        _bench.Add("carol").OnPrepare((_, _) => ValueTask.FromResult(IlpReply.Fulfill(ConnectorBench.Fulfillment)));
        (await alice.SendAsync(_bench.Prepare("test.bench.carol"), default)).IsFulfill.ShouldBeTrue();
    }

    [Fact]
    public async Task A_payer_who_goes_away_while_his_packet_is_under_way_pays_for_it_if_it_is_fulfilled()
    {
        var alice = _bench.Add("alice");
        var held = new TaskCompletionSource<IlpReply>();
        var bob = _bench.Add("bob");
        bob.OnPrepare((_, _) => new ValueTask<IlpReply>(held.Task));
        _bench.Connector.TryGetAccount("alice", out var account).ShouldBeTrue();
        var handling = _bench.Connector.HandleAsync(account, _bench.Prepare("test.bench.bob"));
        await alice.DisposeAsync();

        held.SetResult(IlpReply.Fulfill(ConnectorBench.Fulfillment));
        (await handling).IsFulfill.ShouldBeTrue();
        _bench.BalanceOf("alice").ShouldBe(-100);
        _bench.BalanceOf("bob").ShouldBe(100);
    }

    [Fact]
    public async Task Even_the_largest_amounts_add_up()
    {
        var alice = _bench.Add("alice");
        _bench.AddReceiver("bob");
        for (var i = 0; i < 3; i++)
            (await alice.SendAsync(_bench.Prepare("test.bench.bob", ulong.MaxValue), default)).IsFulfill.ShouldBeTrue();
        _bench.BalanceOf("bob").ShouldBe(3 * (Int128)ulong.MaxValue);
        _bench.BalanceOf("alice").ShouldBe(-3 * (Int128)ulong.MaxValue);
    }

    [Fact]
    public async Task The_sum_of_all_balances_stays_the_same_whatever_happens_to_concurrent_payments()
    {
        const int Accounts = 8;
        const int Payments = 4000;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var links = Enumerable.Range(0, Accounts)
            .Select(i => _bench.Add($"a{i}", config => config with { MinimumBalance = -2000, MaximumBalance = 3000 }))
            .ToArray();
        var delivered = new long[Accounts];
        for (var i = 0; i < Accounts; i++)
        {
            var receiver = i;
            links[i].OnPrepare((prepare, _) => AnswerAsync(prepare, receiver, delivered));
        }

        var sent = new long[Accounts];
        var plan = Enumerable.Range(0, Payments)
            .Select(_ => (From: random.Next(Accounts), To: random.Next(Accounts), Amount: (ulong)random.Next(1, 300)))
            .ToArray();
        await Parallel.ForEachAsync(plan, async (payment, _) =>
        {
            var reply = await links[payment.From].SendAsync(
                _bench.Prepare($"test.bench.a{payment.To}", payment.Amount), default);
            if (reply.IsFulfill)
                Interlocked.Add(ref sent[payment.From], (long)payment.Amount);
        });

        Int128 sum = 0;
        for (var i = 0; i < Accounts; i++)
        {
            var balance = _bench.BalanceOf($"a{i}");
            balance.ShouldBe(delivered[i] - sent[i], $"account a{i}, seed {seed}");
            balance.ShouldBeInRange(-2000, 3000);
            sum += balance;
        }

        sum.ShouldBe(0);
        sent.Sum().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_sum_of_all_balances_stays_the_same_when_packets_time_out_and_answers_come_late(int seed)
    {
        const int Accounts = 6;
        const int Payments = 600;
        var random = new Random(seed);
        var links = Enumerable.Range(0, Accounts).Select(i => _bench.Add($"a{i}")).ToArray();
        var (delivered, sent) = (new long[Accounts], new long[Accounts]);
        for (var i = 0; i < Accounts; i++)
        {
            var receiver = i;
            links[i].OnPrepare(async (prepare, stop) =>
            {
                // Some answers come before the packet has expired, some at that time, and some never.
                if (prepare.Amount % 7 == 0)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
                if (prepare.Amount % 3 == 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(prepare.Amount % 700), TimeProvider.System, stop);
                return await AnswerAsync(prepare, receiver, delivered);
            });
        }

        var paying = Enumerable.Range(0, Payments).Select(async _ =>
        {
            var (from, to, amount) = (random.Next(Accounts), random.Next(Accounts), (ulong)random.Next(1, 3000));
            // The connector keeps a second for itself, and sends nothing on that has less than another one left.
            var reply = await links[from].SendAsync(
                _bench.Prepare($"test.bench.a{to}", amount, seconds: 2 + (random.NextDouble() * 0.6)), default);
            if (reply.IsFulfill)
                Interlocked.Add(ref sent[from], (long)amount);
            return reply.IsFulfill;
        }).ToArray();
        var outcomes = await Task.WhenAll(paying);

        outcomes.ShouldContain(true);
        outcomes.ShouldContain(false);
        var balances = Enumerable.Range(0, Accounts).Select(i => (long)_bench.BalanceOf($"a{i}")).ToArray();
        balances.Sum().ShouldBe(0, $"seed {seed}");
        for (var i = 0; i < Accounts; i++)
        {
            // Who answers too late has delivered for nothing; who pays pays for what was fulfilled and nothing else.
            balances[i].ShouldBeLessThanOrEqualTo(delivered[i] - sent[i], $"a{i}, seed {seed}");
        }

        delivered.Sum().ShouldBeGreaterThanOrEqualTo(sent.Sum(), $"seed {seed}");
        // Nothing stays reserved: all of a balance can be spent.
        var rich = Array.FindIndex(balances, static balance => balance > 0);
        _bench.Connector.Balances.TryReserve(new BalanceTransfer($"a{rich}", (ulong)balances[rich], 0, "else", 0, null))
            .ShouldBe(ReservationResult.Reserved);
    }

    // By the amount: fulfilled at once or later, rejected, fulfilled wrongly, or broken.
    private static async ValueTask<IlpReply> AnswerAsync(IlpPrepare prepare, int receiver, long[] delivered)
    {
        if (prepare.Amount % 2 == 0)
            await Task.Yield();
        switch (prepare.Amount % 5)
        {
            case 0:
                return IlpReply.Reject(IlpErrorCode.ApplicationError);
            case 1:
                return IlpReply.Fulfill(ConnectorBench.Condition);
            case 2:
                throw new InvalidOperationException();
            default:
                Interlocked.Add(ref delivered[receiver], (long)prepare.Amount);
                return IlpReply.Fulfill(ConnectorBench.Fulfillment);
        }
    }
}
