using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>What an owner of a pod can be asked to do.</summary>
internal abstract record PodCommand
{
    /// <summary>Tells whoever waits that it was not done.</summary>
    public virtual void Fail(Failure failure)
    {
    }

    public sealed record Sell(
        PodOrder Order,
        Payment Payment,
        Capacity.Reservation? Reservation,
        CancellationToken Cancellation) : PodCommand
    {
        private const int Waiting = 0;
        private const int Taken = 1;
        private const int Committing = 2;
        private const int GivenUp = 3;
        private int _state = Waiting;

        public TaskCompletionSource<Outcome<PodSale>> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The owner begins with it; false when the buyer has given up.</summary>
        public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

        /// <summary>
        /// The owner is about to commit; false when the buyer has given up, and then nothing may be kept.
        /// </summary>
        public bool TryBeginCommit() => Interlocked.CompareExchange(ref _state, Committing, Taken) == Taken;

        /// <summary>
        /// The buyer's time is over. Unless the commit has begun he is told so at once, however long the runtime
        /// takes to stop what it was doing.
        /// </summary>
        public void GiveUp(Failure failure)
        {
            if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting
                || Interlocked.CompareExchange(ref _state, GivenUp, Taken) == Taken)
                Done.TrySetResult(failure);
        }

        public override void Fail(Failure failure)
        {
            Reservation?.Dispose();
            Done.TrySetResult(failure);
        }
    }

    public sealed record Recover(PodRecord Record, PodStatus? Status, DateTimeOffset LastAlive) : PodCommand
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Failure failure) => Done.TrySetResult();
    }

    public sealed record Inspect(PodId Id) : PodCommand;

    /// <summary>Whoever holds the capability ends what is his.</summary>
    public sealed record Stop(CapabilityId Capability) : PodCommand
    {
        public TaskCompletionSource<Outcome<PodEnding>> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Failure failure) => Done.TrySetResult(failure);
    }

    /// <summary>Something may be due: a restart, a warning, the end.</summary>
    public sealed record CheckTime : PodCommand;
}

/// <summary>
/// What was ended: the whole pod, or only the time of one payer; then <paramref name="ExpiresAt"/> is the pod's new
/// end.
/// </summary>
public sealed record PodEnding(PodSettlement Settlement, DateTimeOffset? ExpiresAt);

/// <summary>A sale that stands: the pod as it is now, and what its payer is told.</summary>
public sealed record PodSale(PodView Pod, RecordedAnswer Answer);
