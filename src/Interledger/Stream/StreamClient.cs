using System.Buffers;
using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Stream;

/// <summary>
/// Makes STREAM connections to receivers (RFC 0029). Each has an address of its own below the client's, so that one
/// link carries any number of them.
/// </summary>
public sealed class StreamClient : IAsyncDisposable
{
    private readonly StreamClientOptions _options;
    private readonly IIlpLink _link;
    private readonly TimeProvider _time;
    private readonly StreamConnections _connections;
    private readonly StreamConnectionHome _home;

    /// <summary>Makes a client; <see cref="Listen"/> lets its connections get packets.</summary>
    /// <param name="link">How to send to the receivers.</param>
    /// <param name="options">Who it is.</param>
    /// <param name="time">The clock; the system's if there is none.</param>
    public StreamClient(IIlpLink link, StreamClientOptions options, TimeProvider? time = null)
    {
        _link = link;
        _options = options;
        _time = time ?? TimeProvider.System;
        _home = new StreamConnectionHome(link, _time, options.Asset, options.Connection);
        _connections = new StreamConnections(options.Address, _time);
        _connections.StartSweeping();
    }

    /// <summary>The client's address.</summary>
    public IlpAddress Address => _options.Address;

    /// <summary>
    /// Takes over what the link's peer sends. Where one link serves several, use <see cref="HandleAsync"/>.
    /// </summary>
    public void Listen() => _link.OnPrepare(HandleAsync);

    /// <summary>
    /// Makes a connection. Nothing is sent yet; <see cref="StreamConnection.OpenAsync"/> finds out whether the receiver
    /// is there.
    /// </summary>
    /// <param name="credentials">Where to, and the secret.</param>
    /// <param name="options">The limits of this connection; without them those of the client.</param>
    public StreamConnection Connect(StreamCredentials credentials, StreamOptions? options = null)
    {
        var segment = StreamTokens.Create("");
        var connection = new StreamConnection(
            options is null ? _home : _home with { Options = options },
            new StreamKeys(credentials.SharedSecret.Span),
            isServer: false,
            Address.Append(segment),
            credentials.Address,
            "");
        _connections.TryAdd(segment, connection);
        return connection;
    }

    /// <summary>Whether a packet is for one of the connections of this client.</summary>
    public bool Owns(IlpPrepare prepare)
    {
        Span<char> characters = stackalloc char[IlpAddress.MaxLength];
        return _connections.TryGetSegment(prepare.DestinationAscii, characters, out var segment)
            && _connections.Find(segment) is not null;
    }

    /// <summary>Answers a Prepare.</summary>
    public ValueTask<IlpReply> HandleAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        Span<char> characters = stackalloc char[prepare.DestinationAscii.Length];
        if (!_connections.TryGetSegment(prepare.DestinationAscii, characters, out var segment)
            || _connections.Find(segment) is not { } connection)
            return Refuse(IlpErrorCode.Unreachable);
        var buffer = StreamConnections.Rent(prepare);
        try
        {
            return StreamConnections.TryOpen(prepare, connection.Keys, buffer, out var packet)
                ? connection.ReceiveAsync(prepare, packet, cancellationToken)
                : Refuse(IlpErrorCode.UnexpectedPayment);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Closes all connections; each receiver is told, as far as the link allows it within a second.</summary>
    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
        await Task.WhenAll(_connections.All.Select(
            connection => connection.CloseAsync(cancellationToken: patience.Token)));
    }

    private ValueTask<IlpReply> Refuse(IlpErrorCode code) => ValueTask.FromResult(IlpReply.Reject(code, Address));
}
