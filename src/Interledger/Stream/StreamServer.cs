using System.Buffers;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Receipts;

namespace Interledger.Stream;

/// <summary>
/// Receives STREAM connections (RFC 0029). It keeps nothing of the addresses that it gives away: the secret of a
/// connection follows from its address and the server's secret, and only a packet that decrypts under it makes a
/// record, of which there is a bounded number. Whatever else arrives is rejected and leaves no trace.
/// </summary>
public sealed class StreamServer : IAsyncDisposable
{
    private readonly StreamServerOptions _options;
    private readonly TimeProvider _time;
    private readonly StreamTokens _tokens;
    private readonly StreamConnections _connections;
    private readonly StreamConnectionHome _home;
    private readonly IIlpLink _link;
    private readonly Lock _admission = new();
    private Action<StreamConnection>? _onConnection;
    private DateTimeOffset _lastEviction;

    /// <summary>Makes a receiver; <see cref="Listen"/> lets it get packets.</summary>
    /// <param name="link">How to send to the peers.</param>
    /// <param name="options">Who it is.</param>
    /// <param name="time">The clock; the system's if there is none.</param>
    public StreamServer(IIlpLink link, StreamServerOptions options, TimeProvider? time = null)
    {
        _link = link;
        _options = options;
        _time = time ?? TimeProvider.System;
        _tokens = new StreamTokens(options.Secret.Span);
        _home = new StreamConnectionHome(link, _time, options.Asset, options.Connection);
        _connections = new StreamConnections(options.Address, _time);
        _connections.StartSweeping();
    }

    /// <summary>The address under which the connections lie.</summary>
    public IlpAddress Address => _options.Address;

    /// <summary>What it counts in.</summary>
    public AssetDetails Asset => _options.Asset;

    /// <summary>How many connections are remembered.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>
    /// Sets who is told of a new connection before anything on it is looked at. It must not wait; it is the place to
    /// set who decides about money and who is told of streams.
    /// </summary>
    public void OnConnection(Action<StreamConnection> handler) => _onConnection = handler;

    /// <summary>
    /// Takes over what the link's peer sends. Where one link serves several, use <see cref="HandleAsync"/>.
    /// </summary>
    public void Listen() => _link.OnPrepare(HandleAsync);

    /// <summary>Makes an address with its secret, to be given to one payer. Nothing is remembered.</summary>
    /// <param name="tag">
    /// Comes back as <see cref="StreamConnection.Tag"/>. Everyone on the route can read it, so no right may hang on it.
    /// Letters, digits and <c>_~-</c>, at most 256.
    /// </param>
    /// <param name="receipts">
    /// What the connection needs to issue receipts (RFC 0039); it travels in the address, where only this server can
    /// read it.
    /// </param>
    public StreamCredentials CreateCredentials(string tag = "", ReceiptSetup? receipts = null)
    {
        if (tag.Length > MaxTagLength)
            throw new ArgumentException($"A tag has at most {MaxTagLength} characters.", nameof(tag));
        var token = receipts is null ? StreamTokens.Create(tag) : _tokens.Create(tag, receipts);
        var secret = new byte[StreamTokens.SecretLength];
        _tokens.SharedSecret(token, secret);
        return new StreamCredentials(Address.Append(token), secret);
    }

    /// <summary>Answers a Prepare.</summary>
    public ValueTask<IlpReply> HandleAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        Span<char> characters = stackalloc char[prepare.DestinationAscii.Length];
        if (!_connections.TryGetSegment(prepare.DestinationAscii, characters, out var token))
            return Refuse(IlpErrorCode.Unreachable);
        var buffer = StreamConnections.Rent(prepare);
        try
        {
            return _connections.Find(token) is { } connection
                ? Receive(connection, prepare, buffer, cancellationToken)
                : ReceiveFirst(token, prepare, buffer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The connections that have not ended.</summary>
    public IReadOnlyList<StreamConnection> Connections => [.. _connections.All.Where(static each => each.IsOpen)];

    /// <summary>Closes all connections; each is told, as far as the link allows it within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        await Task.WhenAll(_connections.All.Select(
            connection => connection.CloseAsync(cancellationToken: patience.Token)));
    }

    private const int MaxTagLength = 256;

    private ValueTask<IlpReply> Receive(
        StreamConnection connection, IlpPrepare prepare, byte[] buffer, CancellationToken cancellationToken) =>
        StreamConnections.TryOpen(prepare, connection.Keys, buffer, out var packet)
            ? connection.ReceiveAsync(prepare, packet, cancellationToken)
            : Refuse(IlpErrorCode.UnexpectedPayment);

    private ValueTask<IlpReply> ReceiveFirst(
        ReadOnlySpan<char> token, IlpPrepare prepare, byte[] buffer, CancellationToken cancellationToken)
    {
        Span<byte> secret = stackalloc byte[StreamTokens.SecretLength];
        _tokens.SharedSecret(token, secret);
        var keys = new StreamKeys(secret);
        if (!StreamConnections.TryOpen(prepare, keys, buffer, out var packet))
        {
            keys.Dispose();
            return Refuse(IlpErrorCode.UnexpectedPayment);
        }

        return Admit(token, keys) is { } connection
            ? connection.ReceiveAsync(prepare, packet, cancellationToken)
            : Refuse(IlpErrorCode.PeerBusy);
    }

    // Several first packets of one connection may arrive at once: one of them introduces it, the others wait for that.
    private StreamConnection? Admit(ReadOnlySpan<char> token, StreamKeys keys)
    {
        lock (_admission)
        {
            if (_connections.Find(token) is { } known)
            {
                keys.Dispose();
                return known;
            }

            if (_connections.Count >= _options.MaxConnections && !TryMakeRoom())
            {
                keys.Dispose();
                return null;
            }

            var segment = token.ToString();
            var connection = new StreamConnection(
                _home, keys, isServer: true, Address.Append(segment), default, StreamTokens.TagOf(token).ToString())
            {
                Receipts = _tokens.TryReadReceipts(token, out var receipts) ? receipts : null,
            };
            _onConnection?.Invoke(connection);
            _connections.TryAdd(segment, connection);
            return connection;
        }
    }

    // Looking through all connections is work, so somebody who floods us gets it done once a second.
    private bool TryMakeRoom()
    {
        var now = _time.GetUtcNow();
        if (now - _lastEviction < TimeSpan.FromSeconds(1))
            return false;
        _lastEviction = now;
        _connections.MakeRoom(_options.EvictAfter);
        return _connections.Count < _options.MaxConnections;
    }

    private ValueTask<IlpReply> Refuse(IlpErrorCode code) => ValueTask.FromResult(IlpReply.Reject(code, Address));
}
