using Codius.Core;
using Codius.Core.Leases;
using Codius.Host.Errors;

namespace Codius.Host.Payments;

/// <summary>
/// Takes an operation from its request to its answer: prepare, ask for money, hold what completes the price, deliver,
/// and only then fulfil. Whatever fails before the commit leaves the payer with his money or with a credit.
/// </summary>
internal sealed partial class OperationRunner(
    ITill till,
    OperationRegistry operations,
    PaymentOptions options,
    Refunds refunds,
    IHostStore store,
    TimeProvider time,
    ILogger<OperationRunner> log)
{
    /// <summary>
    /// Runs the operation, which goes on when the request that began it has gone. Takes ownership of what is bought.
    /// </summary>
    public void Start(PaidOperation operation, IPurchasable goods, PaymentTerms terms) =>
        _ = RunAsync(operation, goods, terms);

    private async Task RunAsync(PaidOperation operation, IPurchasable goods, PaymentTerms terms)
    {
        var tag = terms.Tag;
        var fault = Failure.Internal("something went wrong on this host; nothing was kept for it");
        OperationResult result = new OperationResult.Failed(fault, MoneyNote.NothingMoved);
        try
        {
            using var protection = till.Protect(tag);
            result = await BuyAsync(operation, goods, terms);
        }
        catch (Exception e)
        {
            LogOperationFailed(log, operation.Token.Hex, e);
            result = await FailAsync(operation, tag, fault);
        }
        finally
        {
            goods.Dispose();
            if (result is OperationResult.Failed { Failure.Blame: not Blame.Host })
                operations.RemoveUnpaid(operation);
            else
                operations.Remove(operation);
            operation.Finish(result);
        }
    }

    private async Task<OperationResult> BuyAsync(PaidOperation operation, IPurchasable goods, PaymentTerms terms)
    {
        var (tag, credit, fromCredit) = (terms.Tag, terms.Credit, terms.FromCredit);
        if (till.Asset is not { } asset)
            return await FailAsync(operation, tag, PaymentGate.NoUplink());
        var prepared = await PrepareAsync(goods, operation.Abandoned);
        if (!prepared.Succeeded(out _, out var failure))
            return await FailAsync(operation, tag, failure);

        var payment = new Payment(
            operation.Token, operation.RequestDigest, asset, goods.Price, operation.Token.Hex, 0, credit, fromCredit,
            terms.Capability, tag);
        if (fromCredit >= goods.Price)
            return await DeliverAsync(operation, goods, tag, payment, time.GetUtcNow() + options.HoldTimeout, default);

        var escrow = new Escrow(
            operation.Token, operation.RequestDigest, asset, goods.Price - fromCredit, credit, options, store, time);
        operation.Escrow = escrow;
        using var asking = till.Ask(tag, escrow);
        if (await WaitForPriceAsync(escrow, operation.Abandoned) is not { } held)
            return await FailAsync(operation, tag, NotPaid(escrow));
        payment = payment with
        {
            PacketKey = held.Packet.Key,
            PacketAmount = held.Packet.Amount,
            FromCredit = fromCredit + escrow.Arrived,
        };
        return await DeliverAsync(operation, goods, tag, payment, held.Until, held.Lost);
    }

    private async Task<Outcome<Done>> PrepareAsync(IPurchasable goods, CancellationToken abandoned)
    {
        using var limit = new CancellationTokenSource(options.PrepareTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abandoned);
        try
        {
            return await goods.PrepareAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new Failure(
                FailureKind.ImageUnavailable,
                $"the image could not be fetched within {options.PrepareTimeout.TotalSeconds:0} seconds",
                Blame.Upstream,
                Retryable: true);
        }
    }

    private async Task<HeldPacket?> WaitForPriceAsync(Escrow escrow, CancellationToken abandoned)
    {
        using var limit = new CancellationTokenSource(options.PayTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, abandoned);
        try
        {
            return await escrow.Completed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<OperationResult> DeliverAsync(
        PaidOperation operation,
        IPurchasable goods,
        string tag,
        Payment payment,
        DateTimeOffset until,
        CancellationToken lost)
    {
        var left = until - time.GetUtcNow();
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, operation.Abandoned, lost);
        var delivered = await goods.DeliverAsync(payment, any.Token);
        if (!delivered.Succeeded(out var answer, out var failure))
            return await FailAsync(operation, tag, failure);
        operation.Escrow?.Decide(new PacketAnswer.Fulfil());
        return new OperationResult.Sold(answer);
    }

    // What can go back goes back; then the durable void, then the rejection, then the answer: in this order, so that a
    // crash in between takes nothing.
    private async Task<OperationResult> FailAsync(PaidOperation operation, string tag, Failure failure)
    {
        var money = MoneyNote.NothingMoved;
        try
        {
            if (operation.Escrow is { Arrived: > 0 } escrow)
            {
                money = money with { Credited = escrow.Arrived };
                var returned = await refunds.SendBackAsync(operation, tag, escrow);
                money = new MoneyNote(Kept: 0, returned, escrow.Arrived - returned);
                var answer = ErrorResponse.Record(failure, money);
                await store.VoidAsync(operation.Token, answer, time.GetUtcNow(), CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            // The operation stays open in the store, and is void after the next start at the latest.
            LogOperationFailed(log, operation.Token.Hex, e);
        }

        operation.Escrow?.Decide(new PacketAnswer.Refuse(failure.Message));
        return new OperationResult.Failed(failure, money);
    }

    private static Failure NotPaid(Escrow escrow) => new(
        FailureKind.PaymentRequired,
        "Failed to get payment before timeout" + (escrow.Arrived > 0 ? "; what came went back or is a credit" : ""),
        Blame.Caller,
        Retryable: true);

    [LoggerMessage(LogLevel.Error, "The operation of token {Token} failed")]
    private static partial void LogOperationFailed(ILogger log, string token, Exception error);
}

/// <summary>Who pays, and by what: connections, credit, what of it goes into the price, and capability.</summary>
internal sealed record PaymentTerms(string Tag, CreditId Credit, long FromCredit, CapabilityId Capability);
