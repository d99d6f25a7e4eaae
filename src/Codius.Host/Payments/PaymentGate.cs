using Codius.Core;
using Codius.Core.Leases;
using Codius.Host.Errors;

namespace Codius.Host.Payments;

/// <summary>
/// The pay protocol on HTTP. A request with a token that nobody has connected for is told where to pay; the same
/// request again, once its payer has connected or says that he is about to, becomes the operation; and again later, it
/// gets the same answer.
/// </summary>
internal sealed class PaymentGate(
    ITill till,
    PaymentTag tags,
    OperationRegistry operations,
    OperationRunner runner,
    IHostStore store,
    PaymentOptions options)
{
    public const string PayHeader = "Pay";

    /// <summary>
    /// In a 402: the request may be sent again while its payer connects. In a request: it is, and waits for him.
    /// </summary>
    public const string EarlyHeader = "Pay-Early";

    /// <summary>
    /// In a 402 with <see cref="EarlyHeader"/>: what is to be paid, so that the first packet can bring it.
    /// </summary>
    public const string AmountHeader = "Pay-Amount";

    /// <summary>Reads what a request that pays says of itself, and looks it up.</summary>
    public async Task<PayingRequest> ReadAsync(HttpContext context, string digest)
    {
        // In this order: what ends after it was counted, or was not under way and so had ended, is found by the look.
        var ended = operations.Ended;
        var (token, brought) = (PayerHeaders.ReadToken(context.Request), PayerHeaders.ReadSecrets(context.Request));
        if (!token.Succeeded(out var named, out _))
            return new PayingRequest(token, brought, digest, PayerStanding.None, ended);
        var isUnderWay = operations.Find(named) is not null;
        var credit = brought.Succeeded(out var secrets, out _) ? secrets.Credit?.Id : null;
        var standing = await store.FindStandingAsync(named, credit, context.RequestAborted);
        return new PayingRequest(
            token, brought, digest, isUnderWay ? standing with { Operation = null } : standing, ended);
    }

    /// <summary>
    /// Answers a request that buys something, and that <see cref="TryRepeatAnswerAsync"/> had no answer for. Takes
    /// ownership of what is bought.
    /// </summary>
    public async Task HandleAsync(HttpContext context, PayingRequest request, IPurchasable goods)
    {
        using var owned = new Ownership(goods);
        if (!request.Token.Succeeded(out var token, out var failure)
            || !request.Brought.Succeeded(out var brought, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure);
            return;
        }

        var tag = tags.For(token, request.Digest, brought.Credit?.Id, brought.Capability?.Id);
        var fromCredit = Spendable(request.Standing.Credit, goods.Price);
        if (operations.Find(token) is null && fromCredit < goods.Price && !till.IsConnected(tag)
            && !context.Request.Headers.ContainsKey(EarlyHeader))
        {
            await AskForPayerAsync(context, request, token, tag, goods.Price - fromCredit);
            return;
        }

        var caller = CallerAddress.Of(context, options);
        if (!operations.GetOrAdd(token, request.Digest, caller).Succeeded(out var operation, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
            return;
        }

        var made = PayerSecrets.None;
        if (operation.IsNew)
        {
            if (await FindOrGiveUpAsync(request, operation.Operation) is { } recorded)
            {
                await WriteAsync(context, recorded, PayerSecrets.None);
                return;
            }

            made = brought.MakeMissing();
            var credit = (brought.Credit ?? made.Credit)!.Value;
            var capability = (brought.Capability ?? made.Capability)!.Value;
            runner.Start(
                operation.Operation,
                owned.Release(),
                new PaymentTerms(tag, credit.Id, fromCredit, capability.Id));
        }

        var result = await operation.Operation.WaitAsync(context.RequestAborted);
        await WriteAsync(context, result, made);
    }

    /// <summary>
    /// Gives a request that was made before the answer that it got then, whatever has become of what it bought.
    /// </summary>
    public async Task<bool> TryRepeatAnswerAsync(HttpContext context, PayingRequest request)
    {
        if (AnswerOf(request.Standing.Operation, request.Digest) is not { } recorded)
            return false;
        await WriteAsync(context, recorded, PayerSecrets.None);
        return true;
    }

    /// <summary>Answers 402 with an instruction, or 503 while nobody could follow one.</summary>
    public Task ChallengeAsync(HttpContext context, string tag)
    {
        if (till.Asset is null)
            return ErrorResponse.WriteAsync(context, NoUplink(), MoneyNote.NothingMoved);
        Tell(context, PayHeader, till.Instruct(tag).Header);
        return ErrorResponse.WriteAsync(
            context, new Failure(FailureKind.PaymentRequired, "Payment Required", Blame.Caller, Retryable: true));
    }

    public static Failure NoUplink() => new(
        FailureKind.UplinkUnavailable,
        "this host has no connection to Interledger at the moment, so that nothing can be paid for",
        Blame.Host,
        Retryable: true);

    private async Task AskForPayerAsync(
        HttpContext context, PayingRequest request, PayToken token, string tag, long due)
    {
        if (await FindLateAnswerAsync(request, token) is { } late)
        {
            await WriteAsync(context, late, PayerSecrets.None);
            return;
        }

        Tell(context, EarlyHeader, "1");
        Tell(context, AmountHeader, till.Asset is { } asset ? $"{due} {asset}" : null);
        await ChallengeAsync(context, tag);
    }

    // A token whose money has moved is answered from the store, for ever, unless it is still under way.
    private static OperationResult? AnswerOf(OperationRecord? recorded, string digest)
    {
        if (recorded is null)
            return null;
        if (recorded.RequestDigest != digest)
            return new OperationResult.Failed(OperationRegistry.TokenInUse(), MoneyNote.NothingMoved);
        return recorded.Answer is { } answer ? new OperationResult.Sold(answer) : null;
    }

    // The operation may have ended since the look. What was committed is in the store before it leaves the registry.
    private async Task<OperationResult?> FindLateAnswerAsync(PayingRequest request, PayToken token)
    {
        if (operations.Ended == request.Ended)
            return null;
        var standing = await store.FindStandingAsync(token, credit: null, CancellationToken.None);
        return AnswerOf(standing.Operation, request.Digest);
    }

    // A new operation that turns out to be an old one, or that cannot be looked up, must not stay behind.
    private async Task<OperationResult?> FindOrGiveUpAsync(PayingRequest request, PaidOperation operation)
    {
        OperationResult result = new OperationResult.Failed(
            Failure.Internal("the host could not look up this request"), MoneyNote.NothingMoved);
        try
        {
            if (await FindLateAnswerAsync(request, operation.Token) is not { } recorded)
                return null;
            result = recorded;
        }
        catch
        {
            Forget(operation, result);
            throw;
        }

        Forget(operation, result);
        return result;
    }

    private void Forget(PaidOperation operation, OperationResult result)
    {
        operations.Remove(operation);
        operation.Finish(result);
    }

    private long Spendable(CreditBalance? credit, long price) =>
        credit is not null && credit.Asset == till.Asset ? Math.Min(credit.Amount, price) : 0;

    private static Task WriteAsync(HttpContext context, OperationResult result, PayerSecrets made)
    {
        Tell(context, PayerHeaders.Credit, made.Credit?.Value);
        // What failed gives no right to anything.
        if (result is OperationResult.Sold)
            Tell(context, PayerHeaders.Capability, made.Capability?.Value);
        return result switch
        {
            OperationResult.Sold sold => WriteRecordedAsync(context, sold.Answer),
            OperationResult.Failed failed => ErrorResponse.WriteAsync(context, failed.Failure, failed.Money),
            _ => throw new InvalidOperationException($"No such result: {result}"),
        };
    }

    private static void Tell(HttpContext context, string header, string? value)
    {
        if (value is null)
            return;
        context.Response.Headers[header] = value;
        context.Response.Headers.Append("Access-Control-Expose-Headers", header);
    }

    private static Task WriteRecordedAsync(HttpContext context, RecordedAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = JsonAnswer.ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        return context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <summary>Disposes what is bought unless an operation has taken it over.</summary>
    private sealed class Ownership(IPurchasable goods) : IDisposable
    {
        private IPurchasable? _goods = goods;

        public IPurchasable Release() => Interlocked.Exchange(ref _goods, null)!;

        public void Dispose() => _goods?.Dispose();
    }
}
