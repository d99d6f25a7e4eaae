using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Codius.Client.Payments;
using Codius.Core.Leases;

namespace Codius.Client.Hosts;

// The pay protocol: the request is sent with a token; the host answers 402 and where to pay; a payment is opened there
// and the same request, sent again, takes the money it needs from it while it is answered. Hosts that wait for a payer
// get it while the payment is opened, the others when it is; and those that say what they want may be paid by its first
// packet.
public sealed partial class HostClient
{
    private const string Unpayable = "the payment could not be opened: ";

    private async Task<Purchase<T>> BuyAsync<T>(
        HttpMethod method,
        string path,
        byte[]? body,
        PurchaseTerms terms,
        Func<ReadOnlyMemory<byte>, T?> read,
        CancellationToken cancellationToken)
        where T : class
    {
        var message = new PaidMessage(method, path, body, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
        terms.Report(PurchaseStage.Asking);
        var reply = await SendAsync(message, terms.Timeout, cancellationToken);
        if (reply.Status != 402)
            return new Purchase<T>(Conclude(reply, read), PaymentReport.Nothing) { Capability = CapabilityOf(reply) };
        if (!PayInstruction.TryRead(reply.Pay, out var instruction))
            return Unpaid<T>(HostErrorKind.BadAnswer, "the host asks for a payment in a way that is not understood");
        if (_payer is null)
            return Unpaid<T>(HostErrorKind.PaymentFailed, "the host asks for a payment, and there is no payer");

        if (reply.WaitsForPayer && AmountDue.TryRead(reply.Due, out var due))
            instruction = instruction with { Due = due };
        return await PayAsync(message, instruction, reply.WaitsForPayer, terms, read, cancellationToken);
    }

    private async Task<Purchase<T>> PayAsync<T>(
        PaidMessage message,
        PayInstruction instruction,
        bool isEarly,
        PurchaseTerms terms,
        Func<ReadOnlyMemory<byte>, T?> read,
        CancellationToken cancellationToken)
        where T : class
    {
        terms.Report(PurchaseStage.ConnectingPayment);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opening = OpenAsync(instruction, terms, giveUp.Token);
        var early = isEarly ? SendAgainAsync(message with { IsEarly = true }, terms.Timeout, stop.Token) : null;
        // What comes with the first packet is held until the pod runs, and only then the payment counts as open.
        if (instruction.Due is not null)
            terms.Report(PurchaseStage.Paying);
        // A host that has refused need not be paid, but what moved for one that has not is to be known.
        if (early is not null && await Task.WhenAny(opening, early) == early)
            giveUp.CancelAfter(_options.AfterBrokenPayment);
        if (!(await opening).Succeeded(out var payment, out var error))
        {
            if (early is { IsCompleted: true })
                return new Purchase<T>(Conclude(await early, read), PaymentReport.Nothing);
            await stop.CancelAsync();
            await (early ?? Task.CompletedTask);
            return new Purchase<T>(error, PaymentReport.Nothing);
        }

        if (instruction.Due is null)
            terms.Report(PurchaseStage.Paying);
        var sending = early ?? SendAgainAsync(message, terms.Timeout, stop.Token);
        var reply = await WaitWhilePayingAsync(sending, payment, stop, cancellationToken);
        return await CloseAsync(payment, reply, Conclude(reply, read), terms, cancellationToken);
    }

    private async Task<HostResult<OpenPayment>> OpenAsync(
        PayInstruction instruction, PurchaseTerms terms, CancellationToken cancellationToken)
    {
        try
        {
            var opened = await _payer!.OpenAsync(instruction, terms.Maximum, cancellationToken);
            return opened.Succeeded(out var payment, out var failure)
                ? payment
                : new HostError(HostErrorKind.PaymentFailed, Unpayable + failure.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new HostError(HostErrorKind.Cancelled, "cancelled");
        }
    }

    private async Task<HostReply> WaitWhilePayingAsync(
        Task<HostReply> sending, OpenPayment payment, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(sending, payment.Broken) == sending)
            return await sending;
        stop.CancelAfter(_options.AfterBrokenPayment);
        var reply = await sending;
        return reply.Error is { Kind: HostErrorKind.Cancelled } && !cancellationToken.IsCancellationRequested
            ? new HostError(HostErrorKind.PaymentFailed, "the host got no payment")
            : reply;
    }

    private async Task<Purchase<T>> CloseAsync<T>(
        OpenPayment payment,
        HostReply reply,
        HostResult<T> result,
        PurchaseTerms terms,
        CancellationToken cancellationToken)
        where T : class
    {
        var broken = payment.Broken.IsCompletedSuccessfully ? await payment.Broken : null;
        terms.Report(PurchaseStage.Closing);
        using var patience = new CancellationTokenSource(_options.CloseTimeout, _time);
        using var hurry = cancellationToken.Register(() => patience.CancelAfter(_options.CancelledCloseTimeout));
        var report = await payment.CloseAsync(patience.Token);
        if (result.Error is { Kind: HostErrorKind.PaymentFailed } error && broken is not null)
            result = error with { Message = $"{error.Message}; the payment broke: {broken}" };
        return new Purchase<T>(result, report) { Capability = CapabilityOf(reply) };
    }

    // A connection that breaks says nothing about the purchase. The token lets the request be repeated: it is attached
    // to what is under way, or answered with what was recorded.
    private async Task<HostReply> SendAgainAsync(
        PaidMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + timeout;
        for (var retry = 0; ; retry++)
        {
            var reply = await SendAsync(message, timeout, cancellationToken);
            if (reply.Error?.Kind != HostErrorKind.Unreachable
                || retry == _options.Retries
                || _time.GetUtcNow() + _options.RetryPause >= deadline)
                return reply;
            try
            {
                await Task.Delay(_options.RetryPause, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return new HostError(HostErrorKind.Cancelled, "cancelled");
            }
        }
    }

    private async Task<HostReply> SendAsync(PaidMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = _channel.NewRequest(message.Method, message.Path, message.Body);
        request.Headers.Add("Pay-Token", message.Token);
        if (message.IsEarly)
            request.Headers.Add("Pay-Early", "1");
        AddSecrets(request);
        var reply = await _channel.SendAsync(request, timeout, cancellationToken);
        if (CreditSecret.TryParse(reply.Credit, out var secret))
            _options.Credits.Save(Host, secret);
        return reply;
    }

    // A quote costs nothing; secrets are shown only where they count.
    private void AddSecrets(HttpRequestMessage request)
    {
        if (request.Method == HttpMethod.Delete)
            Authorize(request);
        if (request.Method != HttpMethod.Post && request.Method != HttpMethod.Put)
            return;
        request.Headers.Add("Pay-Credit", FindOrMakeCredit().Value);
        if (_options.Capability is { } capability)
            request.Headers.Add("Pod-Capability", capability.Value);
        if (request.Method == HttpMethod.Post && _options.Payout is { } payout)
            request.Headers.TryAddWithoutValidation("Pod-Payout", payout);
    }

    private void Authorize(HttpRequestMessage request)
    {
        if (_options.Capability is { } capability)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", capability.Value);
    }

    private CapabilitySecret? CapabilityOf(HostReply reply) =>
        CapabilitySecret.TryParse(reply.Capability, out var told) ? told : _options.Capability;

    // Kept before it is used: what the host owes is then known here, even if its answer is lost.
    private CreditSecret FindOrMakeCredit()
    {
        if (_options.Credits.Find(Host) is { } known)
            return known;
        var made = CreditSecret.New();
        _options.Credits.Save(Host, made);
        return made;
    }

    [SuppressMessage("Performance", "CA1859", Justification = "The result is one of two.")]
    private HostResult<T> Conclude<T>(HostReply reply, Func<ReadOnlyMemory<byte>, T?> read)
        where T : class
    {
        if (FailureOf(reply) is { } error)
            return reply.Status == 402 ? error with { Kind = HostErrorKind.PaymentFailed } : error;
        return read(reply.Body) is { } answer ? answer : NotAHost();
    }

    private static Purchase<T> Unpaid<T>(HostErrorKind kind, string message)
        where T : class => new(new HostError(kind, message), PaymentReport.Nothing);

    private sealed record PaidMessage(HttpMethod Method, string Path, byte[]? Body, string Token, bool IsEarly = false);

    private sealed record PurchaseTerms(ulong Maximum, TimeSpan Timeout, Action<PurchaseStage>? Progress)
    {
        public void Report(PurchaseStage stage) => Progress?.Invoke(stage);
    }
}
