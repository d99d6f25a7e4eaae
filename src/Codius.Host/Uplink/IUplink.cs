using Interledger;
using Interledger.Addresses;
using Interledger.Links;

namespace Codius.Host.Uplink;

/// <summary>The host's way into Interledger.</summary>
public interface IUplink
{
    /// <summary>
    /// Raised after <see cref="State"/> has changed: readiness, address or asset. Handlers are quick and do not throw.
    /// </summary>
    event EventHandler? Changed;

    /// <summary>All that is known, of one moment.</summary>
    UplinkState State { get; }

    /// <inheritdoc cref="UplinkState.IsReady"/>
    bool IsReady => State.IsReady;

    /// <inheritdoc cref="UplinkState.Address"/>
    IlpAddress Address => State.Address;

    /// <inheritdoc cref="UplinkState.Asset"/>
    AssetDetails? Asset => State.Asset;

    /// <summary>Sends and receives packets; the same object in good and bad times, and before the start.</summary>
    IIlpLink Link { get; }
}

public static class UplinkExtensions
{
    /// <summary>Waits, however long it takes, until the uplink is ready.</summary>
    public static async Task<UplinkState> WaitUntilReadyAsync(this IUplink uplink, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource<UplinkState>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, EventArgs e)
        {
            if (uplink.State is { IsReady: true } state)
                ready.TrySetResult(state);
        }

        uplink.Changed += Look;
        try
        {
            Look(null, EventArgs.Empty);
            return await ready.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            uplink.Changed -= Look;
        }
    }
}
