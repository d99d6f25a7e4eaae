using Codius.Client.Payments;
using Codius.Core.Leases;

namespace Codius.Client.Hosts;

/// <summary>How a <see cref="HostClient"/> behaves.</summary>
public sealed record HostClientOptions
{
    /// <summary>For answers that cost the host nothing.</summary>
    public TimeSpan QuickTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For what is paid for: a host may pull an image for 35 s, wait for money for 60 s and for the pod for 25 s.
    /// </summary>
    public TimeSpan PurchaseTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a host may still take to answer after its payment has broken.</summary>
    public TimeSpan AfterBrokenPayment { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the answers to what was sent, so that it is known what was paid.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>The same, when the caller has cancelled.</summary>
    public TimeSpan CancelledCloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause before a request whose connection broke is sent again.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often such a request is sent again. Its token makes it happen once.</summary>
    public int Retries { get; init; } = 3;

    public ICreditStore Credits { get; init; } = new CreditMemory();

    /// <summary>
    /// The right to a pod: brought with its purchase, and shown when its logs are read or it is stopped. Without one
    /// the host makes one, and <see cref="Purchase{T}.Capability"/> has it.
    /// </summary>
    public CapabilitySecret? Capability { get; init; }

    /// <summary>The payment pointer that what a new pod earns is to go to; null for none yet.</summary>
    public string? Payout { get; init; }
}
