using System.Security.Cryptography;
using Interledger.Addresses;
using Interledger.Btp;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;

namespace Interledger.Accounts;

/// <summary>
/// An account with a provider, ready to pay and to be paid: one link, which it owns, with a STREAM client and at most
/// one STREAM server on it.
/// </summary>
public sealed class IlpAccount : IAsyncDisposable
{
    private const int SecretLength = 32;

    private readonly TimeProvider? _time;
    private StreamServer? _server;

    /// <summary>Takes over a link whose address and asset are known, as with ILP over HTTP (RFC 0035).</summary>
    /// <param name="link">The way to the provider; it is disposed with the account.</param>
    /// <param name="address">The account's address; packets to it and below it must reach the link.</param>
    /// <param name="asset">What the account is denominated in.</param>
    /// <param name="time">The clock, or the system's.</param>
    public IlpAccount(IIlpLink link, IlpAddress address, AssetDetails asset, TimeProvider? time = null)
    {
        (Link, Address, Asset, _time) = (link, address, asset, time);
        Client = new StreamClient(link, new StreamClientOptions { Address = address, Asset = asset }, time);
        link.OnPrepare(HandleAsync);
    }

    /// <summary>The way to the provider.</summary>
    public IIlpLink Link { get; }

    /// <summary>The account's address.</summary>
    public IlpAddress Address { get; }

    /// <summary>What the account is denominated in: amounts that leave and arrive are in its minor units.</summary>
    public AssetDetails Asset { get; }

    /// <summary>Makes connections to receivers.</summary>
    public StreamClient Client { get; }

    /// <summary>
    /// Connects to a provider by BTP (RFC 0023) and asks it for address and asset by ILDCP (RFC 0031). The link
    /// connects again by itself when it breaks.
    /// </summary>
    /// <param name="btpUrl">
    /// Where the provider is, with the account's secret: <c>btp+wss://:secret@host</c>; see <see cref="BtpUrl"/>.
    /// </param>
    /// <param name="time">The clock, or the system's.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public static async Task<IlpAccountResult> ConnectAsync(
        string btpUrl, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        if (!BtpUrl.TryParse(btpUrl, out var server, out var problem))
            return new IlpAccountResult(null, problem);
        var link = new BtpClient(server, time: time);
        try
        {
            var status = await link.ConnectAsync(cancellationToken);
            var result = status.State == BtpClientState.Connected
                ? await OpenAsync(link, time, cancellationToken)
                : new IlpAccountResult(null, $"cannot connect to {server}: {status.LastEnd}");
            if (result.Account is null)
                await link.DisposeAsync();
            return result;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the provider at the other end of a link for address and asset by ILDCP (RFC 0031).</summary>
    /// <param name="link">The way to the provider; the account owns it if there comes to be one.</param>
    /// <param name="time">The clock, or the system's.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public static async Task<IlpAccountResult> OpenAsync(
        IIlpLink link, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var (info, problem) = await new IldcpClient(time).FetchAsync(link, cancellationToken);
        return info is { } told
            ? new IlpAccountResult(new IlpAccount(link, told.ClientAddress, told.Asset, time), null)
            : new IlpAccountResult(null, problem);
    }

    /// <summary>Begins to receive, once. The server is disposed with the account.</summary>
    /// <param name="onConnection">
    /// Is told of each new connection, as by <see cref="StreamServer.OnConnection"/>. It must not wait.
    /// </param>
    /// <param name="secret">
    /// 32 bytes from which the secrets of all connections follow: kept over a restart, addresses given away before it
    /// stay good. Empty for random ones.
    /// </param>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    /// <exception cref="InvalidOperationException">It receives already.</exception>
    public StreamServer Receive(Action<StreamConnection> onConnection, ReadOnlyMemory<byte> secret = default)
    {
        if (secret.IsEmpty)
            secret = RandomNumberGenerator.GetBytes(SecretLength);
        if (secret.Length != SecretLength)
            throw new ArgumentException($"A secret has {SecretLength} bytes.", nameof(secret));
        if (_server is not null)
            throw new InvalidOperationException("The account receives already.");
        var server = new StreamServer(
            Link, new StreamServerOptions { Address = Address, Asset = Asset, Secret = secret }, _time);
        server.OnConnection(onConnection);
        Volatile.Write(ref _server, server);
        return server;
    }

    /// <summary>Closes all connections, each peer being told, then the link.</summary>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        await Link.DisposeAsync();
    }

    // Whatever is not for a connection of the client's may be for one that the server is yet to learn of.
    private ValueTask<IlpReply> HandleAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        Volatile.Read(ref _server) is { } server && !Client.Owns(prepare)
            ? server.HandleAsync(prepare, cancellationToken)
            : Client.HandleAsync(prepare, cancellationToken);
}
