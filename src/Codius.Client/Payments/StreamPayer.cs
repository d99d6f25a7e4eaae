using Codius.Client.Hosts;
using Codius.Core;
using Codius.Core.Ledger;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Stream;

namespace Codius.Client.Payments;

/// <summary>
/// Pays over Interledger, by STREAM, through one link to a provider, which tells address and asset by ILDCP. The link
/// must carry nothing else, and is disposed with the payer.
/// </summary>
public sealed class StreamPayer(IIlpLink link, TimeProvider? time = null) : IPayer
{
    private const int MaxMessageLength = 300;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim _connecting = new(1);
    private StreamClient? _client;
    private Asset _asset;

    public async Task<Outcome<Asset>> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return _client is null ? await BeginAsync(cancellationToken) : _asset;
        }
        finally
        {
            _connecting.Release();
        }
    }

    public async Task<Outcome<OpenPayment>> OpenAsync(
        PayInstruction instruction, ulong maximum, CancellationToken cancellationToken)
    {
        if ((await ConnectAsync(cancellationToken)).Failure is { } unconnected)
            return unconnected;
        var connection = _client!.Connect(new StreamCredentials(instruction.Address, instruction.SharedSecret));
        var payment = new StreamPayment(connection, _time);
        return await payment.BeginAsync(maximum, cancellationToken) is { } failure ? failure : payment;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await link.DisposeAsync();
        _connecting.Dispose();
    }

    private async Task<Outcome<Asset>> BeginAsync(CancellationToken cancellationToken)
    {
        if (link is BtpClient { IsConnected: false } btp)
        {
            var status = await btp.ConnectAsync(cancellationToken);
            if (status.State != BtpClientState.Connected)
                return Unavailable(status.LastEnd?.ToString() ?? "no connection");
        }

        var (info, problem) = await new IldcpClient(_time).FetchAsync(link, cancellationToken);
        if (info is not { } account)
            return Unavailable(problem!);
        _asset = new Asset(SafeText.Clean(account.Asset.Code, 20), account.Asset.Scale);
        _client = new StreamClient(
            link,
            new StreamClientOptions
            {
                Address = account.ClientAddress,
                Asset = account.Asset,
            },
            _time);
        _client.Listen();
        return _asset;
    }

    private static Failure Unavailable(string reason) =>
        new(FailureKind.UplinkUnavailable, SafeText.Clean(reason, MaxMessageLength), Blame.Upstream, Retryable: true);
}
