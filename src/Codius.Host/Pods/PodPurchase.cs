using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Payments;

namespace Codius.Host.Pods;

/// <summary>A start or an extension as something to be bought.</summary>
internal sealed class PodPurchase(PodOrder order, long price, PodRegistry pods, PodServices services) : IPurchasable
{
    private Capacity.Reservation? _reservation;

    public long Price => price;

    public async Task<Outcome<Done>> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!pods.IsOpen)
            return PodRegistry.NotOpen();
        if (pods.Find(order.Manifest) is { } view)
            return view.State.Allows(PodTrigger.Extended) ? Done.Instance : PodRegistry.NotRunning(view);
        if (order.Request is not { } request)
            return PodRegistry.UnknownManifest(order.Manifest);
        if (!services.Capacity.TryReserve(order.Limits).Succeeded(out _reservation, out var full))
            return full;
        return await PullAsync(request.Manifest.Images, cancellationToken);
    }

    public async Task<Outcome<RecordedAnswer>> DeliverAsync(Payment payment, CancellationToken cancellationToken)
    {
        var reservation = Interlocked.Exchange(ref _reservation, null);
        var outcome = await pods.SellAsync(order, payment, reservation, cancellationToken);
        return outcome.Succeeded(out var sale, out var failure) ? sale.Answer : failure;
    }

    public void Dispose() => Interlocked.Exchange(ref _reservation, null)?.Dispose();

    private async Task<Outcome<Done>> PullAsync(IEnumerable<ImageReference> images, CancellationToken cancellationToken)
    {
        var pulls = await Task.WhenAll(
            images.Select(image => services.Runtime.PullAsync(image, cancellationToken)));
        foreach (var pull in pulls)
        {
            if (!pull.Succeeded(out _, out var failure))
                return failure;
        }

        return Done.Instance;
    }
}
