using Codius.Core;
using Codius.Core.Leases;
using Codius.Host.Errors;

namespace Codius.Host.Payments;

/// <summary>What all requests that wait for one operation are answered.</summary>
internal abstract record OperationResult
{
    private OperationResult()
    {
    }

    public sealed record Sold(RecordedAnswer Answer) : OperationResult;

    public sealed record Failed(Failure Failure, MoneyNote Money) : OperationResult;
}

/// <summary>
/// One Pay-Token's operation under way. The requests that wait for it come and go; when the last one has gone before
/// the payment was committed, nobody is there to be served, and the operation is given up.
/// </summary>
internal sealed class PaidOperation(PayToken token, string requestDigest, string caller)
{
    // Never disposed: it has no timer, and the last who waits may leave after the operation has ended.
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Lock _lock = new();
    private int _waiting;

    public PayToken Token => token;

    public string RequestDigest => requestDigest;

    public string Caller => caller;

    /// <summary>Cancelled when nobody waits for the answer any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Set while money is asked for.</summary>
    public Escrow? Escrow { get; set; }

    private TaskCompletionSource<OperationResult> Done { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for the answer, as one more of those who do.</summary>
    public async Task<OperationResult> WaitAsync(CancellationToken requestAborted)
    {
        lock (_lock)
            _waiting++;
        try
        {
            return await Done.Task.WaitAsync(requestAborted);
        }
        finally
        {
            bool last;
            lock (_lock)
                last = --_waiting == 0;
            if (last)
                await _abandoned.CancelAsync();
        }
    }

    public void Finish(OperationResult result) => Done.TrySetResult(result);
}
