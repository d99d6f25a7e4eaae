using Codius.Core;

namespace Codius.Host.Payments;

/// <summary>
/// What each caller had this host do in the last while without paying for it. Images are pulled and pods started
/// before money is taken, so that whoever never pays must be stopped by something else.
/// </summary>
internal sealed class UnpaidWork(PaymentOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = [];

    /// <summary>Why a caller has to wait; null when he has not.</summary>
    public Failure? Refuse(string caller)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            Forget(now);
            if (!_failures.TryGetValue(caller, out var failures) || failures.Count < options.MaxUnpaidPerCaller)
                return null;
            var wait = Math.Ceiling((failures.Peek() + options.UnpaidWindow - now).TotalSeconds);
            return new Failure(
                FailureKind.TooManyRequests,
                $"too many requests from your network were not paid for; try again in {wait:0} seconds",
                Blame.Caller,
                Retryable: true);
        }
    }

    /// <summary>Something was done for him, and nothing came of it.</summary>
    public void Add(string caller)
    {
        lock (_lock)
        {
            if (!_failures.TryGetValue(caller, out var failures))
                _failures.Add(caller, failures = new Queue<DateTimeOffset>());
            failures.Enqueue(time.GetUtcNow());
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (caller, failures) in _failures)
        {
            while (failures.TryPeek(out var oldest) && oldest + options.UnpaidWindow <= now)
                failures.Dequeue();
            if (failures.Count == 0)
                _failures.Remove(caller);
        }
    }
}
