using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

/// <summary>
/// A server's link to one account: the connections that its owner has opened, one or several. What they send goes to
/// one handler; what is sent to the account goes over the connection that was opened last.
/// </summary>
/// <param name="maxConnections">How many may be open; when one more comes, the oldest is closed.</param>
public sealed class BtpServerLink(int maxConnections = 8) : IIlpLink
{
    private readonly Lock _lock = new();
    private readonly List<BtpConnection> _connections = [];
    private volatile BtpConnection? _newest;
    private volatile IlpHandler? _handler;
    private bool _closed;

    /// <summary>
    /// Raised when the first connection has come and when the last one has gone; <see cref="IsConnected"/> says
    /// which. Handlers must not throw.
    /// </summary>
    public event EventHandler? ConnectedChanged;

    /// <inheritdoc/>
    public bool IsConnected => NewestOpen() is not null;

    /// <summary>How many connections there are.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    /// <inheritdoc/>
    public void OnPrepare(IlpHandler handler) => _handler = handler;

    /// <inheritdoc/>
    public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        NewestOpen()?.SendAsync(prepare, cancellationToken) ?? ValueTask.FromResult(LinkAnswers.NotConnected);

    /// <summary>Closes all connections; later ones are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        BtpConnection[] open;
        lock (_lock)
        {
            _closed = true;
            open = [.. _connections];
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    // One that says goodbye is in the list until the other side has answered.
    private BtpConnection? NewestOpen()
    {
        if (_newest is null or { IsOpen: true })
            return _newest;
        lock (_lock)
            return _connections.FindLast(connection => connection.IsOpen);
    }

    internal ValueTask<IlpReply> AnswerAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        LinkAnswers.AskAsync(_handler, prepare, cancellationToken);

    internal bool TryAttach(BtpConnection connection)
    {
        BtpConnection? replaced = null;
        bool first;
        lock (_lock)
        {
            if (_closed)
                return false;
            if (_connections.Count >= maxConnections)
                replaced = _connections[0];
            first = _connections.Count == 0;
            _connections.Add(connection);
            _newest = connection;
        }

        replaced?.End(new BtpDisconnect(BtpDisconnectReason.Replaced, "the account has opened a newer connection"));
        if (first)
            ConnectedChanged?.Invoke(this, EventArgs.Empty);
        return true;
    }

    internal void Detach(BtpConnection connection)
    {
        bool last;
        lock (_lock)
        {
            _connections.Remove(connection);
            _newest = _connections.Count == 0 ? null : _connections[^1];
            last = _connections.Count == 0;
        }

        if (last)
            ConnectedChanged?.Invoke(this, EventArgs.Empty);
    }
}
