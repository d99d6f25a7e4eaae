using System.Threading.Channels;
using Codius.Host.PodAccounts;
using Codius.Host.Uplink;

namespace Codius.Host.Payments;

/// <summary>
/// Keeps the till open at the uplink's account. While the uplink is away the till stays as it is, so that connections
/// outlive a short interruption, but nothing is sold; with another address or asset it is a new till.
/// </summary>
internal sealed class TillService(IUplink uplink, UplinkShare share, StreamTill till) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var changes = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void OnChanged(object? sender, EventArgs e) => changes.Writer.TryWrite(true);

        uplink.Changed += OnChanged;
        try
        {
            OnChanged(null, EventArgs.Empty);
            await foreach (var _ in changes.Reader.ReadAllAsync(stoppingToken))
                await FollowAsync(uplink.State);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // This is how it ends.
        }
        finally
        {
            uplink.Changed -= OnChanged;
            await till.CloseAsync();
        }
    }

    private async Task FollowAsync(UplinkState state)
    {
        if (state is { IsReady: true, Asset: { } asset } && !till.IsAt(state.Address, asset))
            await till.OpenAsync(share.Till, state.Address, asset);
        till.IsAvailable = state.IsReady;
    }
}
