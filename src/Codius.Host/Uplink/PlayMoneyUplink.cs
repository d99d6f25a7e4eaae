using System.Net;
using Codius.Host.Configuration;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Connector.PlayMoney;
using Interledger.Links;
using Microsoft.Extensions.Options;

namespace Codius.Host.Uplink;

/// <summary>
/// An Interledger of the host's own, for development: a connector with play money, of which the host is a child and to
/// which payers connect by BTP. Its port is closed only when everything else has stopped.
/// </summary>
public sealed partial class PlayMoneyUplink : IHostedService, IUplink, IAsyncDisposable
{
    private const string HostsName = "host";

    private readonly UplinkOptions _options;
    private readonly ILogger<PlayMoneyUplink> _logger;
    private readonly PlayMoneyConnector _connector;
    private UplinkState _state;

    public PlayMoneyUplink(
        IOptions<HostOptions> options, TimeProvider time, ILoggerFactory loggers, ILogger<PlayMoneyUplink> logger)
    {
        (_options, _logger) = (options.Value.Uplink, logger);
        var asset = new AssetDetails(options.Value.Asset.Code, options.Value.Asset.Scale);
        var playMoney = new PlayMoneyOptions
        {
            Address = IlpAddress.Parse(_options.PlayMoneyAddress),
            Asset = asset,
            Listener = new BtpListenerOptions
            {
                Address = IPAddress.Parse(_options.PlayMoneyBindIp),
                Port = _options.PlayMoneyPort,
            },
        };
        _connector = new PlayMoneyConnector(playMoney, time, loggers);
        Link = _connector.AddLocalChild(HostsName);
        _state = new UplinkState(false, playMoney.Address.Append(HostsName), asset);
    }

    public event EventHandler? Changed;

    public UplinkState State => Volatile.Read(ref _state);

    public IIlpLink Link { get; }

    /// <summary>The port that payers connect to; 0 before the start.</summary>
    public int Port => _connector.Port;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connector.ListenAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new SettingsException(
            [
                $"the play-money connector cannot listen on {_options.PlayMoneyBindIp}:{_options.PlayMoneyPort} "
                + $"({e.InnerException?.Message ?? e.Message}): if a provider runs there, name it by "
                + "Codius:Uplink:BtpUrl, else choose another Codius:Uplink:PlayMoneyPort",
            ]);
        }

        LogReady(new IPEndPoint(IPAddress.Parse(_options.PlayMoneyBindIp), Port), State.Asset!.Value);
        Volatile.Write(ref _state, State with { IsReady = true });
        Changed?.Invoke(this, EventArgs.Empty);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _connector.DisposeAsync();
}
