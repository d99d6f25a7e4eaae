using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>The operations under way, by token, with a cap on those that nobody has paid for yet.</summary>
internal sealed class OperationRegistry(PaymentOptions options, UnpaidWork unpaid)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PayToken, PaidOperation> _operations = [];
    private long _ended;

    /// <summary>
    /// How many have ended so far. As long as it stays the same, what the store had of a token it still has.
    /// </summary>
    public long Ended => Interlocked.Read(ref _ended);

    public PaidOperation? Find(PayToken token)
    {
        lock (_lock)
            return _operations.GetValueOrDefault(token);
    }

    /// <summary>
    /// The operation of the token, old or new. A request that is not the one the token is used for is a conflict.
    /// </summary>
    public Outcome<(PaidOperation Operation, bool IsNew)> GetOrAdd(PayToken token, string digest, string caller)
    {
        lock (_lock)
        {
            if (_operations.TryGetValue(token, out var existing))
            {
                return existing.RequestDigest == digest
                    ? (existing, false)
                    : TokenInUse();
            }

            if (_operations.Count >= options.MaxUnpaidOperations)
                return new Failure(FailureKind.NoCapacity, "too many unpaid requests are under way", Blame.Host, true);
            if (unpaid.Refuse(caller) is { } tooMany)
                return tooMany;
            var ofCaller = _operations.Values.Count(operation => operation.Caller == caller);
            if (ofCaller >= options.MaxUnpaidOperationsPerCaller)
            {
                return new Failure(
                    FailureKind.TooManyRequests,
                    "too many unpaid requests from your network are under way",
                    Blame.Caller,
                    true);
            }

            var added = new PaidOperation(token, digest, caller);
            _operations.Add(token, added);
            return (added, true);
        }
    }

    public void Remove(PaidOperation operation)
    {
        lock (_lock)
        {
            _operations.Remove(operation.Token);
            Interlocked.Increment(ref _ended);
        }
    }

    /// <summary>The same, of one that was asked for and came to nothing for no fault of this host.</summary>
    public void RemoveUnpaid(PaidOperation operation)
    {
        unpaid.Add(operation.Caller);
        Remove(operation);
    }

    public static Failure TokenInUse() =>
        Failure.Conflict("this `Pay-Token` was used for another request; use a fresh one for each request");
}
