using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

/// <summary>
/// A link to a BTP server (RFC 0023) over WebSocket. Once started it connects, and connects again after pauses that
/// grow, until it is disposed; what peers and networks do shows in <see cref="Status"/> and in the answers to packets,
/// never as an exception.
/// </summary>
public sealed partial class BtpClient : IIlpLink
{
    private readonly BtpUrl _server;
    private readonly BtpClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private volatile BtpConnection? _connection;
    private volatile IlpHandler? _handler;
    private Task? _running;
    private BtpClientStatus _status = new(BtpClientState.Idle);

    /// <summary>Makes a client; it does nothing before <see cref="Start"/>.</summary>
    public BtpClient(BtpUrl server, BtpClientOptions? options = null, TimeProvider? time = null)
    {
        _server = server;
        _options = options ?? new BtpClientOptions();
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// Raised after every change of <see cref="Status"/>, one at a time and in order. Handlers must not throw.
    /// </summary>
    public event EventHandler? StatusChanged;

    /// <summary>What the client is doing.</summary>
    public BtpClientStatus Status => Volatile.Read(ref _status);

    /// <inheritdoc/>
    public bool IsConnected => _connection is { IsOpen: true };

    /// <summary>Begins to connect, and to stay connected. Further calls do nothing.</summary>
    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            _running ??= Task.Run(KeepConnectedAsync, CancellationToken.None);
        }
    }

    /// <summary>
    /// Starts and waits until the first attempt has ended: the state is then <see cref="BtpClientState.Connected"/>, or
    /// <see cref="BtpClientState.Waiting"/> with the reason. The client keeps trying in either case.
    /// </summary>
    public Task<BtpClientStatus> ConnectAsync(CancellationToken cancellationToken)
    {
        Start();
        return WaitForStatusAsync(
            status => status.State is not (BtpClientState.Idle or BtpClientState.Connecting), cancellationToken);
    }

    /// <summary>Starts and waits for a connection, however long it takes, or for the client to be disposed.</summary>
    public Task WaitUntilConnectedAsync(CancellationToken cancellationToken)
    {
        Start();
        return WaitForStatusAsync(
            status => status.State == BtpClientState.Stopped
                || (status.State == BtpClientState.Connected && IsConnected),
            cancellationToken);
    }

    /// <summary>Waits until the status is one that was wanted, which it may be already.</summary>
    public async Task<BtpClientStatus> WaitForStatusAsync(
        Func<BtpClientStatus, bool> wanted, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource<BtpClientStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(object? sender, EventArgs e)
        {
            var status = Status;
            if (wanted(status))
                reached.TrySetResult(status);
        }

        StatusChanged += Look;
        try
        {
            Look(this, EventArgs.Empty);
            return await reached.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            StatusChanged -= Look;
        }
    }

    /// <inheritdoc/>
    public void OnPrepare(IlpHandler handler) => _handler = handler;

    /// <inheritdoc/>
    public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        _connection?.SendAsync(prepare, cancellationToken) ?? ValueTask.FromResult(LinkAnswers.NotConnected);

    /// <summary>Closes the connection and stops trying.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_lock)
        {
            _stop.Cancel();
            running = _running;
        }

        if (running is not null)
            await running;
        Become(Status with { State = BtpClientState.Stopped });
    }

    private void Become(BtpClientStatus status)
    {
        Volatile.Write(ref _status, status);
        StatusChanged?.Invoke(this, EventArgs.Empty);
    }
}
