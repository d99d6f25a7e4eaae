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
    public const string TokenHeader = "Pay-Token";
    public const string PayHeader = "Pay";
    public const string CreditHeader = "Pay-Credit";

    /// <summary>
    /// In a 402: the request may be sent again while its payer connects. In a request: it is, and waits for him.
    /// </summary>
    public const string EarlyHeader = "Pay-Early";
    public const string CapabilityHeader = "Pod-Capability";

    /// <summary>
    /// Answers a request that buys something, and that <see cref="TryRepeatAnswerAsync"/> had no answer for. Takes
    /// ownership of what is bought.
    /// </summary>
    public async Task HandleAsync(HttpContext context, string digest, IPurchasable goods)
    {
        using var owned = new Ownership(goods);
        if (!ReadToken(context.Request).Succeeded(out var token, out var failure)
            || !ReadSecrets(context.Request).Succeeded(out var brought, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure);
            return;
        }

        var tag = tags.For(token, digest, brought.Credit?.Id, brought.Capability?.Id);
        var fromCredit = brought.Credit is { } secret
            ? await SpendableAsync(secret, goods.Price, context.RequestAborted)
            : 0;
        if (operations.Find(token) is null && fromCredit < goods.Price && !till.IsConnected(tag)
            && !context.Request.Headers.ContainsKey(EarlyHeader))
        {
            Tell(context, EarlyHeader, "1");
            await ChallengeAsync(context, tag);
            return;
        }

        if (!operations.GetOrAdd(token, digest, CallerAddress.Of(context, options)).Succeeded(out var operation, out failure))
        {
            await ErrorResponse.WriteAsync(context, failure, MoneyNote.NothingMoved);
            return;
        }

        var made = Secrets.None;
        if (operation.IsNew)
        {
            // The one before it may have been committed since the first look; it is in the store before it leaves here.
            if (await FindOrGiveUpAsync(operation.Operation) is { } recorded)
            {
                await WriteAsync(context, recorded, Secrets.None);
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
    public async Task<bool> TryRepeatAnswerAsync(HttpContext context, string digest)
    {
        if (!ReadToken(context.Request).Succeeded(out var token, out _)
            || await FindAnswerAsync(token, digest, context.RequestAborted) is not { } found)
            return false;
        await WriteAsync(context, found, Secrets.None);
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

    public static Outcome<PayToken> ReadToken(HttpRequest request)
    {
        var header = request.Headers[TokenHeader].ToString();
        if (header.Length == 0)
            return Failure.InvalidRequest("must supply `Pay-Token` header.");
        return PayToken.TryParse(header, out var token)
            ? token
            : Failure.InvalidRequest("`Pay-Token` must be 16 bytes base64.");
    }

    public static Failure NoUplink() => new(
        FailureKind.UplinkUnavailable,
        "this host has no connection to Interledger at the moment, so that nothing can be paid for",
        Blame.Host,
        Retryable: true);

    private static Outcome<Secrets> ReadSecrets(HttpRequest request)
    {
        CreditSecret? credit = null;
        CapabilitySecret? capability = null;
        if (request.Headers[CreditHeader].ToString() is { Length: > 0 } brought)
        {
            if (!CreditSecret.TryParse(brought, out var secret))
                return NoSecret(CreditHeader);
            credit = secret;
        }

        if (request.Headers[CapabilityHeader].ToString() is { Length: > 0 } right)
        {
            if (!CapabilitySecret.TryParse(right, out var secret))
                return NoSecret(CapabilityHeader);
            capability = secret;
        }

        return new Secrets(credit, capability);
    }

    private static Failure NoSecret(string header) =>
        Failure.InvalidRequest($"`{header}` must be 22 to 128 characters of base64url.");

    // A token whose money has moved is answered from the store, for ever, unless it is still under way.
    private Task<OperationResult?> FindAnswerAsync(
        PayToken token, string digest, CancellationToken cancellationToken) =>
        operations.Find(token) is null
            ? FindRecordedAsync(token, digest, cancellationToken)
            : Task.FromResult<OperationResult?>(null);

    private async Task<OperationResult?> FindRecordedAsync(
        PayToken token, string digest, CancellationToken cancellationToken)
    {
        if (await store.FindOperationAsync(token, cancellationToken) is not { } recorded)
            return null;
        if (recorded.RequestDigest != digest)
            return new OperationResult.Failed(OperationRegistry.TokenInUse(), MoneyNote.NothingMoved);
        return recorded.Answer is { } answer ? new OperationResult.Sold(answer) : null;
    }

    // A new operation that turns out to be an old one, or that cannot be looked up, must not stay behind.
    private async Task<OperationResult?> FindOrGiveUpAsync(PaidOperation operation)
    {
        OperationResult result = new OperationResult.Failed(
            Failure.Internal("the host could not look up this request"), MoneyNote.NothingMoved);
        try
        {
            var found = await FindRecordedAsync(operation.Token, operation.RequestDigest, CancellationToken.None);
            if (found is null)
                return null;
            result = found;
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

    private async Task<long> SpendableAsync(CreditSecret secret, long price, CancellationToken cancellationToken)
    {
        var balance = await store.FindCreditAsync(secret.Id, cancellationToken);
        return balance is not null && balance.Asset == till.Asset ? Math.Min(balance.Amount, price) : 0;
    }

    private static Task WriteAsync(HttpContext context, OperationResult result, Secrets made)
    {
        Tell(context, CreditHeader, made.Credit?.Value);
        // What failed gives no right to anything.
        if (result is OperationResult.Sold)
            Tell(context, CapabilityHeader, made.Capability?.Value);
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

    /// <summary>Those that a client brought, or those that were made for one that did not.</summary>
    private sealed record Secrets(CreditSecret? Credit, CapabilitySecret? Capability)
    {
        public static Secrets None { get; } = new(null, null);

        public Secrets MakeMissing() => new(
            Credit is null ? CreditSecret.New() : null, Capability is null ? CapabilitySecret.New() : null);
    }

    /// <summary>Disposes what is bought unless an operation has taken it over.</summary>
    private sealed class Ownership(IPurchasable goods) : IDisposable
    {
        private IPurchasable? _goods = goods;

        public IPurchasable Release() => Interlocked.Exchange(ref _goods, null)!;

        public void Dispose() => _goods?.Dispose();
    }
}
