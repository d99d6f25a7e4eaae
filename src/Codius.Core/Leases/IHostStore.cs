using Codius.Core.Ledger;
using Codius.Core.Manifests;
using Codius.Core.Money;
using Codius.Core.Pods;

namespace Codius.Core.Leases;

/// <summary>
/// What the host must not forget. Every method that changes something is one transaction: when its task has ended, the
/// change survives a crash of the program and of the machine; when it threw, nothing has changed.
/// </summary>
public interface IHostStore : IAsyncDisposable
{
    /// <summary>Opens the store and brings an older one up to date.</summary>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Both in one look, since every paid request waits for it, twice.</summary>
    Task<PayerStanding> FindStandingAsync(PayToken token, CreditId? credit, CancellationToken cancellationToken);

    /// <summary>Journals money that does not complete a price, before it is fulfilled.</summary>
    Task RecordPartPaymentAsync(PartPayment payment, CancellationToken cancellationToken);

    /// <summary>
    /// Journals a paid start or extension. False when the token was spent or the credit is not enough. Throws on a
    /// mistake of the caller: a sum that does not add up, a packet that is in the journal already, a pod to start that
    /// is there, or one to extend that is not.
    /// </summary>
    Task<bool> CommitAsync(Purchase purchase, CancellationToken cancellationToken);

    /// <summary>
    /// The payers' side has got the fulfilments of these packets. Until it is said, money that was journalled as
    /// received is not known to be.
    /// </summary>
    Task ConfirmAcceptancesAsync(IReadOnlyCollection<string> packetKeys, CancellationToken cancellationToken);

    /// <summary>
    /// Journals that what these packets brought is in doubt: perhaps their fulfilments never reached the payers' side.
    /// Nobody loses by it but the host. Returns how many of them were neither confirmed nor in doubt before.
    /// </summary>
    Task<int> DoubtAcceptancesAsync(
        IReadOnlyCollection<string> packetKeys,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken);

    /// <summary>The same of all that an earlier life of the host left unconfirmed.</summary>
    Task<int> DoubtOpenAcceptancesAsync(string reason, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Records how an operation failed to which money had come. What came stays a credit.</summary>
    Task VoidAsync(PayToken token, RecordedAnswer answer, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Voids what an earlier life of the host left open, and returns how many operations that were.</summary>
    Task<int> VoidOpenOperationsAsync(RecordedAnswer answer, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// Journals, before it is sent, that what came in parts goes back to its payer. False when the credit that it is
    /// has been spent meanwhile.
    /// </summary>
    Task<bool> BeginReturnAsync(MoneyReturn money, CancellationToken cancellationToken);

    /// <summary>
    /// Journals how much of it has arrived; the rest, also what is in doubt, is the payer's credit again.
    /// </summary>
    Task SettleReturnAsync(PayToken token, long arrived, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// Credits what an earlier life of the host was sending back, and returns how many payments that were.
    /// </summary>
    Task<int> SettleOpenReturnsAsync(DateTimeOffset at, CancellationToken cancellationToken);

    Task<IReadOnlyList<PodRecord>> LoadPodsAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<Lease>> LoadLeasesAsync(ManifestHash manifest, CancellationToken cancellationToken);

    /// <summary>
    /// A pod was started again under a new id after an outage; all its unserved time moves by the length of the outage.
    /// One below zero, by a clock that was set back, counts as none. Under the id that it has it goes on after the
    /// clock was set forward, which is an outage too.
    /// </summary>
    Task ResumePodAsync(
        ManifestHash manifest, PodId id, TimeSpan outage, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// Notes a change of a pod that is nothing of the above and moves no money. Of these only the last are kept.
    /// </summary>
    Task NotePodChangeAsync(
        ManifestHash manifest,
        PodState from,
        PodState to,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken);

    /// <summary>
    /// A pod's time is over and it is kept, paused, until a moment: its leases end as <see cref="EndPodAsync"/> says,
    /// and its record stays.
    /// </summary>
    Task<PodSettlement> PausePodAsync(
        ManifestHash manifest,
        DateTimeOffset until,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken);

    /// <summary>
    /// A pod has ended: of each lease the served part is earned, and the rest becomes a credit of the payer.
    /// The private values are forgotten. Returns what became of the leases that it still had.
    /// </summary>
    Task<PodSettlement> EndPodAsync(
        ManifestHash manifest, string reason, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// The holder of a capability takes his unserved time out of a pod: his leases end, and what comes after them moves
    /// forward, as does the pod's end. Null when none of the pod's leases is his.
    /// </summary>
    Task<LeaseWithdrawal?> WithdrawAsync(
        ManifestHash manifest,
        CapabilityId capability,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken);

    /// <summary>What became of the leases of a capability that ended, the last first.</summary>
    Task<IReadOnlyList<LeaseSettlement>> FindSettlementsAsync(
        ManifestHash manifest, CapabilityId capability, CancellationToken cancellationToken);

    Task<IReadOnlyList<LedgerBalances>> ReadBalancesAsync(CancellationToken cancellationToken);

    /// <summary>The last moment at which the host is known to have been alive, or null before the first.</summary>
    Task<DateTimeOffset?> ReadHeartbeatAsync(CancellationToken cancellationToken);

    Task WriteHeartbeatAsync(DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// When this store was copied, if it is a copy that a host has opened for the first time; null from then on.
    /// </summary>
    Task<DateTimeOffset?> TakeRestoredFromAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Notes what somebody was told that a month costs, before he is told; of the same price the later end counts. What
    /// ended before <paramref name="now"/> is forgotten.
    /// </summary>
    Task TellPriceAsync(ToldPrice price, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>What was told and may still hold.</summary>
    Task<IReadOnlyList<ToldPrice>> LoadToldPricesAsync(CancellationToken cancellationToken);
}
