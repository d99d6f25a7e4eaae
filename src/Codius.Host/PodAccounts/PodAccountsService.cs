using System.Net;
using System.Threading.Channels;
using Codius.Core.Pods;
using Codius.Host.Configuration;
using Codius.Host.Uplink;
using Interledger.Connector.Balances.Journal;
using Interledger.Connector.Listeners;

namespace Codius.Host.PodAccounts;

/// <summary>
/// Opens the books and what waits behind the pods' door, before any pod is taken over or started, and lets the pods'
/// connector follow the uplink.
/// </summary>
internal sealed partial class PodAccountsService(
    PodConnector connector,
    PodBooks books,
    IUplink uplink,
    IPodRuntime runtime,
    ILoggerFactory loggers,
    ILogger<PodAccountsService> log) : BackgroundService
{
    // The program that holds a pod open passes eight on at a time; a pod may also come to the door without it.
    private const int ConnectionsPerPod = 16;

    private BtpListener? _listener;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = books.Store;
        }
        catch (BalanceJournalException e)
        {
            throw new SettingsException([$"the balances of pods cannot be opened: {e.Message}"]);
        }

        if (runtime is IPodDoor door)
            await OpenDoorAsync(door, cancellationToken);
        await connector.FollowAsync(uplink.State);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_listener is not null)
            await _listener.DisposeAsync();
        await connector.DisposeAsync();
    }

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
                await connector.FollowAsync(uplink.State);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // This is how it ends.
        }
        finally
        {
            uplink.Changed -= OnChanged;
        }
    }

    private async Task OpenDoorAsync(IPodDoor door, CancellationToken cancellationToken)
    {
        var options = new BtpListenerOptions
        {
            Address = door.HostAddress,
            Port = 0,
            BindsAhead = true,
            MaxConnectionsPerAddress = ConnectionsPerPod,
        };
        _listener = await BtpListener.StartAsync(connector.ServerFor, options, loggers, cancellationToken);
        door.LeadTo(_listener.Port);
        LogOpen(log, new IPEndPoint(door.HostAddress, _listener.Port));
    }

    [LoggerMessage(LogLevel.Information,
        "Pods reach Interledger at port 7768 of their localhost, behind which is {EndPoint}")]
    private static partial void LogOpen(ILogger log, IPEndPoint endPoint);
}
