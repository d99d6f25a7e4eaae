using System.Buffers.Text;
using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Connector.Accounts;
using Interledger.Connector.Listeners;
using Interledger.Links;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.PlayMoney;

/// <summary>
/// A connector for trying things out, as <c>moneyd local</c> is: whoever connects by BTP gets an account, named by the
/// hash of his secret, and by default spends what he likes. The money is worth nothing and gone when the process ends.
/// </summary>
public sealed class PlayMoneyConnector : IAsyncDisposable
{
    private readonly PlayMoneyOptions _options;
    private readonly TimeProvider? _time;
    private readonly ILoggerFactory? _loggers;
    private readonly Lock _lock = new();
    private BtpListener? _listener;

    /// <summary>Makes the connector; children in this process can be added at once.</summary>
    public PlayMoneyConnector(PlayMoneyOptions options, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        (_options, _time, _loggers) = (options, time, loggers);
        Connector = new IlpConnector(
            new ConnectorOptions { Address = options.Address },
            time: time,
            logger: loggers?.CreateLogger<IlpConnector>());
    }

    /// <summary>The connector with its accounts.</summary>
    public IlpConnector Connector { get; }

    /// <summary>The port that children connect to; 0 before it is open.</summary>
    public int Port => _listener?.Port ?? 0;

    /// <summary>Opens the port, once.</summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public async Task ListenAsync(CancellationToken cancellationToken) => _listener ??= await BtpListener.StartAsync(
        new BtpServer(AuthenticateAsync, time: _time), _options.Listener, _loggers, cancellationToken);

    /// <summary>Adds a child in this process and returns its end of the link.</summary>
    /// <exception cref="ArgumentException">There is one of that name already.</exception>
    public IIlpLink AddLocalChild(string name) => Connector.AddLocalChild(Describe(name));

    /// <summary>The address of whoever connects with this secret.</summary>
    public IlpAddress AddressOf(ReadOnlySpan<byte> secret) => _options.Address.Append(NameOf(secret));

    /// <summary>Closes the port, then all accounts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _listener, null) is { } listener)
            await listener.DisposeAsync();
        await Connector.DisposeAsync();
    }

    private ValueTask<BtpServerLink?> AuthenticateAsync(BtpCredentials credentials, CancellationToken cancellationToken)
    {
        var name = NameOf(credentials.Token.Span);
        lock (_lock)
        {
            if (Connector.TryGetAccount(name, out var account))
                return ValueTask.FromResult(account.Link as BtpServerLink);
            if (Connector.Accounts.Count >= _options.MaxChildren)
                return ValueTask.FromResult<BtpServerLink?>(null);
            var link = new BtpServerLink();
            Connector.AddAccount(Describe(name), link);
            return ValueTask.FromResult<BtpServerLink?>(link);
        }
    }

    private AccountConfig Describe(string name) => new()
    {
        Id = name,
        Relation = AccountRelation.Child,
        Asset = _options.Asset,
        MinimumBalance = _options.MinimumBalance,
        MaxPacketAmount = _options.MaxPacketAmount ?? ulong.MaxValue,
        PacketsPerSecond = _options.PacketsPerSecond,
    };

    private static string NameOf(ReadOnlySpan<byte> secret) =>
        Base64Url.EncodeToString(SHA256.HashData(secret));
}
