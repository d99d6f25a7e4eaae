using System.Buffers.Binary;
using Codius.Core.Earnings;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Host.Configuration;
using Codius.Host.PodAccounts;
using Codius.Storage.Sqlite;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Interledger.Connector.Balances;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Spsp;
using Shouldly;
using Xunit;

namespace Codius.Host.Tests.PodAccounts;

/// <summary>
/// The host ends at each step of a payout. Whatever the step, its next life pays out what is left; what the payee has
/// got in the end is what was earned, and beyond that at most what the books call in doubt.
/// </summary>
public sealed class PayoutCrashTests
{
    private const long Earned = 1_000_000;
    private static readonly AssetDetails Xrp = new("XRP", 9);

    private static readonly string?[] Crashes =
    [
        null, "before it is recorded", "after it is recorded", "before it is funded", "after it is funded",
        "before a packet has arrived", "after a packet has arrived", "after a packet has arrived",
        "before the outcome is recorded", "after the outcome is recorded", "before it is settled",
    ];

    [Theory]
    [InlineData("before it is recorded", false)]
    [InlineData("after it is recorded", false)]
    [InlineData("before it is funded", false)]
    [InlineData("after it is funded", false)]
    [InlineData("before a packet has arrived", false)]
    [InlineData("after a packet has arrived", true)]
    [InlineData("before the outcome is recorded", false)]
    [InlineData("after the outcome is recorded", false)]
    [InlineData("before it is settled", false)]
    public async Task A_crash_loses_nothing_and_pays_nothing_twice_but_what_is_in_doubt(string when, bool doubt)
    {
        using var directory = new TemporaryDirectory();
        await using var payee = await ReceiveAsync();
        var account = Account(payee.Url);
        await using (var life = await Life.StartAsync(directory.Path, payee))
            await life.EarnAsync(account.Id, Earned);

        await using (var life = await Life.StartAsync(directory.Path, payee, when))
            await Should.ThrowAsync<CrashException>(life.PayAsync(account, life.BalanceOf(account)));
        var before = payee.Received;

        await using var next = await Life.StartAsync(directory.Path, payee);
        var (_, inDoubt, _) = await next.SettleAsync(account);
        (inDoubt > 0).ShouldBe(doubt);
        next.BalanceOf(account).ShouldBe(Earned - before + inDoubt, when);
        if (next.BalanceOf(account) is > 0 and var left)
            (await next.PayAsync(account, left)).Sent.ShouldBe(left);
        payee.Received.ShouldBe(Earned + inDoubt);
        next.BalanceOf(account).ShouldBe(0);
        var sums = await next.Store.SumPayoutsAsync(account.Id, default);
        sums.ShouldBe(new PayoutSums(Earned, inDoubt, UnderWay: 0));
        next.ShouldAddUp(account, Earned, sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_often_and_wherever_the_host_ends_its_books_add_up(int seed)
    {
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        await using var payee = await ReceiveAsync();
        var account = Account(payee.Url);
        var earned = 0L;
        for (var lives = 0; lives < 20; lives++)
        {
            var crash = Crashes[random.Next(Crashes.Length)];
            await using var life = await Life.StartAsync(
                directory.Path,
                payee,
                crash,
                mostOfPacket: (ulong)random.Next(100_000, 500_000),
                packets: random.Next(6));
            var income = random.Next(1, (int)Earned);
            await life.EarnAsync(account.Id, income);
            earned += income;
            try
            {
                life.ShouldAddUp(account, earned, await life.SettleAsync(account));
                await life.PayAsync(account, life.BalanceOf(account));
            }
            catch (CrashException)
            {
                // The next life finds what this one has left.
            }
        }

        await using var last = await Life.StartAsync(directory.Path, payee);
        await last.SettleAsync(account);
        if (last.BalanceOf(account) is > 0 and var left)
            (await last.PayAsync(account, left)).Sent.ShouldBe(left);
        var sums = await last.Store.SumPayoutsAsync(account.Id, default);
        (sums.Sent, sums.UnderWay).ShouldBe((earned, 0));
        last.ShouldAddUp(account, earned, sums);
        payee.Received.ShouldBeInRange(earned, earned + sums.InDoubt);
    }

    [Fact]
    public async Task What_a_payee_does_not_take_is_on_the_account_again()
    {
        using var directory = new TemporaryDirectory();
        await using var payee = await ReceiveAsync();
        payee.Limit = 300_000;
        var account = Account(payee.Url);
        await using var life = await Life.StartAsync(directory.Path, payee);
        await life.EarnAsync(account.Id, Earned);
        using var patience = new CancellationTokenSource();
        var paying = life.PayAsync(account, Earned, patience.Token);
        await Deadline.UntilAsync(() => payee.Received == 300_000, "he takes what he takes");
        await patience.CancelAsync();
        var payout = await paying;
        (payout.Sent, payout.InDoubt, payout.State).ShouldBe((300_000, 0, PayoutState.Settled));
        life.BalanceOf(account).ShouldBe(700_000);
    }

    [Fact]
    public async Task A_pod_that_spends_at_the_same_time_spends_nothing_of_what_is_being_paid_out()
    {
        using var directory = new TemporaryDirectory();
        await using var payee = await ReceiveAsync();
        var account = Account(payee.Url);
        await using var life = await Life.StartAsync(directory.Path, payee);
        await life.EarnAsync(account.Id, Earned);
        var underWay = new BalanceTransfer(account.Id, 100, 0, "uplink", 100, null);
        life.Books.Store.TryReserve(underWay).ShouldBe(ReservationResult.Reserved);
        var payout = await life.PayAsync(account, Earned);
        (payout.Sent, payout.State).ShouldBe((Earned * 3 / 4, PayoutState.Settled));
        await life.Books.Store.CommitAsync(underWay);
        life.BalanceOf(account).ShouldBe((Earned / 4) - 100);
    }

    [Fact]
    public async Task What_a_pod_spends_before_it_can_be_paid_out_is_not_paid_out()
    {
        using var directory = new TemporaryDirectory();
        await using var payee = await ReceiveAsync();
        var account = Account(payee.Url);
        await using var life = await Life.StartAsync(directory.Path, payee);
        var payout = await life.PayAsync(account, Earned);
        (payout.Sent, payout.InDoubt, payout.State).ShouldBe((0, 0, PayoutState.Settled));
        payee.Received.ShouldBe(0);
    }

    private static async Task<Payee> ReceiveAsync()
    {
        var (_, link) = InMemoryLink.CreatePair();
        return await Payee.StartAsync(link);
    }

    private static PodAccount Account(string payee) => PodAccountName.Account(
        ManifestHash.OfCanonicalJson("{}"u8), CapabilitySecret.New().Id, new Asset("XRP", 9), payee);

    private sealed class CrashException(string when) : Exception(when);

    /// <summary>A life of the host, as far as payouts need one, and where it is to end.</summary>
    private sealed class Life : IAsyncDisposable
    {
        private readonly SqliteHostStore _store;
        private readonly IlpConnector _connector;
        private readonly PayoutRun _run;

        private Life(string directory, CrashingLink link, string? crash)
        {
            Books = new PodBooks(
                Microsoft.Extensions.Options.Options.Create(new HostOptions { RootDirectory = directory }),
                TimeProvider.System);
            _store = new SqliteHostStore(Path.Combine(directory, "codius.db"));
            _connector = new IlpConnector(
                new ConnectorOptions { Address = IlpAddress.Parse("test.host.pods") }, Books.Store);
            _connector.AddAccount(
                new AccountConfig
                {
                    Id = "uplink",
                    Relation = AccountRelation.Parent,
                    Asset = Xrp,
                    MinimumBalance = null,
                },
                link);
            _run = new PayoutRun(
                new CrashingStore(_store, crash),
                Books,
                new SpspClient(SpspClient.CreateHttpClient(), new SpspClientOptions { AllowHttp = true }),
                TimeProvider.System);
        }

        public PodBooks Books { get; }

        public IEarningsStore Store => _store;

        public static async Task<Life> StartAsync(
            string directory, Payee payee, string? crash = null, ulong mostOfPacket = Earned, int packets = 0)
        {
            var life = new Life(directory, new CrashingLink(payee, crash, mostOfPacket, packets), crash);
            await life._store.OpenAsync(default);
            return life;
        }

        public long BalanceOf(PodAccount account) => Books.BalanceOf(account.Id);

        public async Task EarnAsync(string account, long amount)
        {
            var earning = new BalanceTransfer("uplink", (ulong)amount, null, account, (ulong)amount, null);
            Books.Store.TryReserve(earning);
            await Books.Store.CommitAsync(earning);
        }

        public Task<Payout> PayAsync(
            PodAccount account, long amount, CancellationToken cancellationToken = default) =>
            _run.PayAsync(account, amount, (_connector, Xrp), cancellationToken);

        public async Task<PayoutSums> SettleAsync(PodAccount account)
        {
            foreach (var payout in await _store.LoadUnsettledPayoutsAsync(default))
                await _run.SettleAsync(payout);
            (await _store.LoadUnsettledPayoutsAsync(default)).ShouldBeEmpty();
            return await _store.SumPayoutsAsync(account.Id, default);
        }

        /// <summary>What came in is there or was sent, to the unit; when all is settled, no purse has any.</summary>
        public void ShouldAddUp(PodAccount account, long earned, PayoutSums sums)
        {
            (BalanceOf(account) + sums.Sent).ShouldBe(earned);
            Books.Store.GetBalance("uplink").ShouldBe(sums.Sent - earned);
            Books.BalanceOf("purse-" + account.Id).ShouldBe(0);
            Books.BalanceOf("payout-" + account.Id).ShouldBe(0);
        }

        public async ValueTask DisposeAsync()
        {
            await _connector.DisposeAsync();
            await Books.DisposeAsync();
            await _store.DisposeAsync();
        }
    }

    /// <summary>
    /// A store that ends the host before or after one of the steps that it is told of. Nothing is written after that.
    /// </summary>
    private sealed class CrashingStore(IEarningsStore store, string? crash) : IEarningsStore
    {
        public Task SaveAccountAsync(PodAccount account, CancellationToken cancellationToken) =>
            store.SaveAccountAsync(account, cancellationToken);

        public Task<IReadOnlyList<PodAccount>> LoadAccountsWithPayeeAsync(CancellationToken cancellationToken) =>
            store.LoadAccountsWithPayeeAsync(cancellationToken);

        public Task<IReadOnlyList<PodAccount>> FindAccountsAsync(
            ManifestHash manifest, CapabilityId owner, CancellationToken cancellationToken) =>
            store.FindAccountsAsync(manifest, owner, cancellationToken);

        public async Task SavePayoutAsync(Payout payout, CancellationToken cancellationToken)
        {
            var step = payout.State switch
            {
                PayoutState.Open => "it is recorded",
                PayoutState.Funded => "it is funded",
                PayoutState.Settling => "the outcome is recorded",
                _ => "it is settled",
            };
            // Whoever has ended at a packet gets no further.
            var endedBefore = crash?.Contains("packet") == true && payout.State == PayoutState.Settling;
            if (crash is not null && (crash == "before " + step || endedBefore))
                throw new CrashException(crash);
            await store.SavePayoutAsync(payout, cancellationToken);
            if (crash is not null && crash == "after " + step)
                throw new CrashException(crash);
        }

        public Task<IReadOnlyList<Payout>> LoadUnsettledPayoutsAsync(CancellationToken cancellationToken) =>
            store.LoadUnsettledPayoutsAsync(cancellationToken);

        public Task<IReadOnlyList<Payout>> FindPayoutsAsync(
            string account, int limit, CancellationToken cancellationToken) =>
            store.FindPayoutsAsync(account, limit, cancellationToken);

        public Task<PayoutSums> SumPayoutsAsync(string account, CancellationToken cancellationToken) =>
            store.SumPayoutsAsync(account, cancellationToken);
    }

    /// <summary>
    /// The way to the payee. After the crash it answers nothing any more: what has arrived is not told, as its host is
    /// not there to hear it.
    /// </summary>
    private sealed class CrashingLink(Payee payee, string? crash, ulong mostOfPacket, int packets) : IIlpLink
    {
        private int _packets = packets;
        private volatile bool _isDown;

        public bool IsConnected => true;

        public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
        {
            if (_isDown)
                return IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.next"), "gone");
            if (prepare.Amount > mostOfPacket)
                return AmountTooLarge(prepare.Amount);
            if (crash == "before a packet has arrived" && prepare.Amount == mostOfPacket)
                return Down(IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.next"), "gone"));
            var reply = await payee.Server.HandleAsync(prepare, cancellationToken);
            return crash == "after a packet has arrived" && reply.IsFulfill && prepare.Amount > 0
                && Interlocked.Decrement(ref _packets) < 0
                    ? Down(IlpReply.Reject(IlpErrorCode.TransferTimedOut))
                    : reply;
        }

        public void OnPrepare(IlpHandler handler)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private IlpReply AmountTooLarge(ulong received)
        {
            var data = new byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(data, received);
            BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(8), mostOfPacket);
            return IlpReply.Reject(IlpErrorCode.AmountTooLarge, IlpAddress.Parse("test.next"), "too much", data);
        }

        private IlpReply Down(IlpReply reply)
        {
            _isDown = true;
            return reply;
        }
    }
}
