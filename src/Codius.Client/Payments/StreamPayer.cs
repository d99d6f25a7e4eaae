using Codius.Client.Hosts;
using Codius.Core;
using Codius.Core.Ledger;
using Interledger.Accounts;
using Interledger.Btp;
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
    private IlpAccount? _account;
    private Asset _asset;

    public async Task<Outcome<Asset>> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return _account is null ? await BeginAsync(cancellationToken) : _asset;
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
        var destination = new StreamCredentials(instruction.Address, instruction.SharedSecret);
        var connection = _account!.Client.Connect(destination);
        var payment = new StreamPayment(connection, _time);
        var first = instruction.Due is { } due && due.Asset == _asset && due.Amount <= maximum ? due.Amount : 0;
        return await payment.BeginAsync(maximum, first, cancellationToken) is { } failure ? failure : payment;
    }

    public async ValueTask DisposeAsync()
    {
        await (_account?.DisposeAsync() ?? link.DisposeAsync());
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

        var (account, problem) = await IlpAccount.OpenAsync(link, _time, cancellationToken);
        if (account is null)
            return Unavailable(problem!);
        _account = account;
        _asset = new Asset(SafeText.Clean(account.Asset.Code, 20), account.Asset.Scale);
        return _asset;
    }

    private static Failure Unavailable(string reason) =>
        new(FailureKind.UplinkUnavailable, SafeText.Clean(reason, MaxMessageLength), Blame.Upstream, Retryable: true);
}
