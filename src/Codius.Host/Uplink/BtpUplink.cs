using System.Buffers.Text;
using System.Security.Cryptography;
using Codius.Host.Configuration;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Links;
using Microsoft.Extensions.Options;

namespace Codius.Host.Uplink;

/// <summary>
/// The uplink to a provider by BTP. It connects for as long as the host runs, asks for address and asset after every
/// connection, and is not ready in between. The connection is closed only when everything else has stopped, so that
/// what is under way can end.
/// </summary>
public sealed partial class BtpUplink : BackgroundService, IUplink, IAsyncDisposable
{
    private static readonly TimeSpan PauseBeforeAskingAgain = TimeSpan.FromSeconds(5);
    private const int SecretLength = 32;

    private readonly BtpUrl _url;
    private readonly BtpClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger<BtpUplink> _logger;
    private UplinkState _state = new(false, default, null);

    public BtpUplink(IOptions<HostOptions> options, TimeProvider time, ILogger<BtpUplink> logger)
    {
        if (!BtpUrl.TryParse(options.Value.Uplink.BtpUrl, out var url, out var problem))
            throw new SettingsException([$"Codius:Uplink:BtpUrl: {problem}"]);
        _url = url.Token.Length > 0 ? url : url.WithToken(DrawSecret());
        _client = new BtpClient(_url, time: time);
        (_time, _logger) = (time, logger);
    }

    public event EventHandler? Changed;

    public UplinkState State => Volatile.Read(ref _state);

    public IIlpLink Link => _client;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _client.StatusChanged += TellStatus;
        try
        {
            while (true)
            {
                await _client.WaitUntilConnectedAsync(stoppingToken);
                var connection = _client.Status;
                if (connection.State == BtpClientState.Connected && await LearnAsync(connection, stoppingToken))
                    await _client.WaitForStatusAsync(now => !ReferenceEquals(now, connection), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the connection lasts until it is disposed of.
        }
    }

    private async Task<bool> LearnAsync(BtpClientStatus connection, CancellationToken stoppingToken)
    {
        var answer = await new IldcpClient(_time).FetchAsync(_client, stoppingToken);
        if (answer.Info is not { } info)
        {
            LogNotLearnt(_url, answer.Problem);
            await Task.Delay(PauseBeforeAskingAgain, _time, stoppingToken);
            return false;
        }

        var before = State;
        if (before.Asset is { } asset && asset != info.Asset)
            LogAssetChanged(asset, info.Asset);
        Become(new UplinkState(true, info.ClientAddress, info.Asset));
        LogReady(_url, info.ClientAddress, info.Asset);
        // The connection may have gone since the answer; then nobody else will say so.
        if (!ReferenceEquals(_client.Status, connection))
            Become(State with { IsReady = false });
        return true;
    }

    private void TellStatus(object? sender, EventArgs e)
    {
        var status = _client.Status;
        if (status.State == BtpClientState.Connected)
            return;
        if (State.IsReady)
            Become(State with { IsReady = false });
        if (status is { State: BtpClientState.Waiting, LastEnd: { } end })
            TellFailure(end, status);
    }

    private void Become(UplinkState state)
    {
        Volatile.Write(ref _state, state);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private static string DrawSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
}
