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
    private readonly Lock _lock = new();
    private BtpListener? _listener;

    private PlayMoneyConnector(PlayMoneyOptions options, TimeProvider? time, ILoggerFactory? loggers)
    {
        _options = options;
        Connector = new IlpConnector(
            new ConnectorOptions { Address = options.Address },
            time: time,
            logger: loggers?.CreateLogger<IlpConnector>());
    }

    /// <summary>The connector with its accounts.</summary>
    public IlpConnector Connector { get; }

    /// <summary>The port that children connect to.</summary>
    public int Port => _listener!.Port;

    /// <summary>Makes the connector and opens its port.</summary>
    /// <exception cref="IOException">The port is taken or not ours to take.</exception>
    public static async Task<PlayMoneyConnector> StartAsync(
        PlayMoneyOptions options,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        CancellationToken cancellationToken = default)
    {
        var playMoney = new PlayMoneyConnector(options, time, loggers);
        var server = new BtpServer(playMoney.AuthenticateAsync, time: time);
        playMoney._listener = await BtpListener.StartAsync(server, options.Listener, loggers, cancellationToken);
        return playMoney;
    }

    /// <summary>Adds a child in this process and returns its end of the link.</summary>
    /// <exception cref="ArgumentException">There is one of that name already.</exception>
    public IIlpLink AddLocalChild(string name) => Connector.AddLocalChild(Describe(name));

    /// <summary>The address of whoever connects with this secret.</summary>
    public IlpAddress AddressOf(ReadOnlySpan<byte> secret) => _options.Address.Append(NameOf(secret));

    /// <summary>Closes the port, then all accounts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync();
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
