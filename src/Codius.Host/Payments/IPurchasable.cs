using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Payments;

/// <summary>
/// Something that a request wants to buy, with its price fixed. Disposing it gives back what it reserved.
/// </summary>
public interface IPurchasable : IDisposable
{
    /// <summary>In minor units of the asset in force.</summary>
    long Price { get; }

    /// <summary>
    /// Does all that can fail before money is asked for: reserves capacity, pulls images.
    /// </summary>
    Task<Outcome<Done>> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Delivers, and commits the payment durably as the last step. A failure means that nothing was committed. The
    /// token is cancelled when the payment can wait no longer; a delivery that comes later than that is none.
    /// </summary>
    Task<Outcome<RecordedAnswer>> DeliverAsync(Payment payment, CancellationToken cancellationToken);
}
