using Codius.Core;
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
        private int _taken;

        public TaskCompletionSource<Outcome<PodSale>> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>
        /// Whoever calls this first has it: the owner, who then decides it, or the buyer, who has given up waiting.
        /// </summary>
        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

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

    public sealed record CheckExpiry : PodCommand;
}

/// <summary>A sale that stands: the pod as it is now, and what its payer is told.</summary>
public sealed record PodSale(PodView Pod, Core.Leases.RecordedAnswer Answer);
