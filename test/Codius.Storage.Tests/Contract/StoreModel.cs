using System.Collections.Concurrent;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Pods;
using Codius.Testing.Leases;

namespace Codius.Storage.Tests.Contract;

/// <summary>
/// Takes steps on a store, many at a time, and from what the store answers alone it knows what the books must say.
/// </summary>
internal sealed class StoreModel(IHostStore store)
{
    private readonly ConcurrentDictionary<string, long> _parts = new();
    private readonly ConcurrentBag<Purchase> _committed = [];
    private long _unused;
    private int _serial;

    private long Received => Parts.Sum() + _committed.Sum(purchase => purchase.PacketAmount);

    private long Credited =>
        Parts.Sum() + _committed.Sum(purchase => purchase.Surplus - purchase.SpentFromCredit) + _unused;

    // A packet that completed a price is not a part of one, whoever asked for that first or last.
    private IEnumerable<long> Parts =>
        _parts.ExceptBy(_committed.Select(purchase => purchase.PacketKey), part => part.Key).Select(part => part.Value);

    public Task TakeAsync(StoreStep step) => step.Kind switch
    {
        StepKind.Part => RecordPartAsync(step.ToPart()),
        StepKind.Start or StepKind.Extend => CommitAsync(step.ToPurchase(Interlocked.Increment(ref _serial))),
        StepKind.Void => store.VoidAsync(step.PayToken, StoreSamples.Failed, step.At, CancellationToken.None),
        StepKind.VoidAll => store.VoidOpenOperationsAsync(StoreSamples.Failed, step.At, CancellationToken.None),
        StepKind.End => EndAsync(step),
        StepKind.Pause => PauseAsync(step),
        StepKind.Withdraw => WithdrawAsync(step),
        _ => ResumeAsync(step),
    };

    /// <summary>The store's books are those of the model, and each spent token has its answer.</summary>
    public async Task ShouldAgreeAsync()
    {
        var balances = (await store.ReadBalancesAsync(CancellationToken.None)).SingleOrDefault()
            ?? new LedgerBalances(StoreSamples.Xrp, 0, 0, 0, 0, 0);
        balances.IsBalanced.ShouldBeTrue();
        balances.Received.ShouldBe(Received);
        balances.Credited.ShouldBe(Credited);
        _committed.Select(purchase => purchase.Token).ShouldBeUnique();
        foreach (var purchase in _committed)
        {
            var operation = await store.FindOperationAsync(purchase.Token, CancellationToken.None);
            operation.ShouldBe(new OperationRecord(
                purchase.Token, purchase.RequestDigest, OperationState.Committed, purchase.Answer));
        }
    }

    private async Task RecordPartAsync(PartPayment part)
    {
        await store.RecordPartPaymentAsync(part, CancellationToken.None);
        _parts[part.PacketKey] = part.Amount;
    }

    private async Task CommitAsync(Purchase purchase)
    {
        try
        {
            if (await store.CommitAsync(purchase, CancellationToken.None))
                _committed.Add(purchase);
        }
        catch (InvalidOperationException)
        {
            // The pod is there already, or not there, or the packet was counted before.
        }
    }

    private Task ResumeAsync(StoreStep step) => store.ResumePodAsync(
        StoreSamples.Manifest(step.Pod),
        PodId.New(),
        TimeSpan.FromMinutes(step.Minute),
        step.At,
        CancellationToken.None);

    private async Task EndAsync(StoreStep step)
    {
        var unused = await store.EndPodAsync(
            StoreSamples.Manifest(step.Pod), "ended", step.At, CancellationToken.None);
        Interlocked.Add(ref _unused, unused.Credited);
    }

    private async Task PauseAsync(StoreStep step)
    {
        var settled = await store.PausePodAsync(
            StoreSamples.Manifest(step.Pod), step.At.AddHours(1), "paused", step.At, CancellationToken.None);
        Interlocked.Add(ref _unused, settled.Credited);
    }

    private async Task WithdrawAsync(StoreStep step)
    {
        var withdrawn = await store.WithdrawAsync(
            StoreSamples.Manifest(step.Pod),
            StoreSamples.Capability(step.Credit),
            "withdrawn",
            step.At,
            CancellationToken.None);
        Interlocked.Add(ref _unused, withdrawn?.Settlement.Credited ?? 0);
    }
}
