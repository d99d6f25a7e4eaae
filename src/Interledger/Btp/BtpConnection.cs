using System.Net.WebSockets;
using System.Threading.Channels;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

/// <summary>
/// One WebSocket that speaks BTP, from either side. One loop reads and hands out what comes; one loop writes what is
/// queued, so that frames never mix. Everything a peer can make grow has a limit: a frame, the packets that wait on
/// either side, and the queue of what it does not read.
/// </summary>
internal sealed partial class BtpConnection : IAsyncDisposable
{
    private const int MostGathered = 64 * 1024;

    private readonly WebSocket _socket;
    private readonly GatheringStream? _stream;
    private readonly BtpFrameReader _reader;
    private readonly BtpOptions _options;
    private readonly TimeProvider _time;
    private readonly IlpHandler _handler;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing;
    private readonly CancellationTokenSource _gone = new();
    private readonly TaskCompletionSource<BtpDisconnect> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _abort;
    private BtpDisconnect? _end;

    /// <summary>The reader may have read an authentication from the socket before.</summary>
    public BtpConnection(
        WebSocket socket,
        BtpFrameReader reader,
        BtpOptions options,
        TimeProvider time,
        IlpHandler handler,
        GatheringStream? stream = null)
    {
        (_socket, _reader, _options, _time, _handler, _stream) = (socket, reader, options, time, handler, stream);
        _abort = time.CreateTimer(
            static socket => ((WebSocket)socket!).Abort(), socket, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        const int SpareForErrors = 100;
        _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(options.MaxOutstanding + options.MaxUnanswered + SpareForErrors)
            {
                SingleReader = true,
            });
    }

    /// <summary>Whether nothing has ended it yet.</summary>
    public bool IsOpen => Volatile.Read(ref _end) is null;

    /// <summary>Completes when the connection is over.</summary>
    public Task<BtpDisconnect> Ended => _ended.Task;

    /// <summary>Reads and writes until the connection ends, by <see cref="End"/> or by the peer.</summary>
    public async Task<BtpDisconnect> RunAsync()
    {
        var writing = WriteAllAsync();
        while (IsOpen && await _reader.ReadAsync(_options.MaxFrameSize, CancellationToken.None) is { } packet)
            Receive(packet);
        End(_reader.End ?? new BtpDisconnect(BtpDisconnectReason.ConnectionLost, ""));
        await writing;
        await _abort.DisposeAsync();
        _socket.Dispose();
        _ended.TrySetResult(_end!);
        return _end!;
    }

    /// <summary>Ends the connection: what is queued is still written, then it is closed, in bounded time.</summary>
    public void End(BtpDisconnect end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is not null)
            return;
        _abort.Change(_options.CloseTimeout, Timeout.InfiniteTimeSpan);
        if (end.Reason is BtpDisconnectReason.ConnectionLost or BtpDisconnectReason.PeerDoesNotRead)
            _socket.Abort();
        _outgoing.Writer.TryComplete();
        _ = _gone.CancelAsync();
        foreach (var (requestId, _) in _pending)
            Complete(requestId, LinkAnswers.NotConnected);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End(new BtpDisconnect(BtpDisconnectReason.ClosedHere, ""));
        await Ended;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(CancellationToken.None))
                await WriteQueuedAsync();
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(CloseStatus(), null, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException
            or IOException or InvalidOperationException)
        {
            _socket.Abort();
            End(new BtpDisconnect(BtpDisconnectReason.ConnectionLost, e.Message));
        }
    }

    private async ValueTask WriteQueuedAsync()
    {
        _stream?.Gather();
        while (!(_stream?.Gathered > MostGathered) && _outgoing.Reader.TryRead(out var frame))
            await _socket.SendAsync(frame, WebSocketMessageType.Binary, true, CancellationToken.None);
        if (_stream is not null)
            await _stream.PassOnAsync(CancellationToken.None);
    }

    private WebSocketCloseStatus CloseStatus() => _end?.Reason switch
    {
        BtpDisconnectReason.NotBtp => WebSocketCloseStatus.ProtocolError,
        BtpDisconnectReason.FrameTooLarge => WebSocketCloseStatus.MessageTooBig,
        BtpDisconnectReason.AuthenticationRefused or BtpDisconnectReason.Replaced
            => WebSocketCloseStatus.PolicyViolation,
        _ => WebSocketCloseStatus.NormalClosure,
    };

    private void Enqueue(ReadOnlyMemory<byte> frame)
    {
        if (!_outgoing.Writer.TryWrite(frame))
            End(new BtpDisconnect(BtpDisconnectReason.PeerDoesNotRead, "its answers pile up"));
    }
}
