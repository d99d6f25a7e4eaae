using System.Buffers;
using System.Net.WebSockets;

namespace Interledger.Btp;

/// <summary>
/// Finds the link of who connects, or null if there is none for these credentials. It is asked once for each
/// connection.
/// </summary>
public delegate ValueTask<BtpServerLink?> BtpAuthenticator(
    BtpCredentials credentials, CancellationToken cancellationToken);

/// <summary>
/// The server's side of BTP (RFC 0023): it takes over WebSockets that a listener has accepted, asks who is there, and
/// attaches them to the links of their accounts. Strangers get little room and little time.
/// </summary>
public sealed class BtpServer(
    BtpAuthenticator authenticate, BtpServerOptions? options = null, TimeProvider? time = null)
{
    private readonly BtpServerOptions _options = options ?? new BtpServerOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly LinkedList<CancellationTokenSource> _strangers = [];

    /// <summary>A server for one account, whose clients know a secret; the name they give does not matter.</summary>
    public static BtpServer ForSecret(
        ReadOnlyMemory<byte> secret, BtpServerLink link, BtpServerOptions? options = null, TimeProvider? time = null) =>
        new((credentials, _) => ValueTask.FromResult(credentials.HasToken(secret.Span) ? link : null), options, time);

    /// <summary>
    /// Serves a WebSocket until it ends and says how it ended. Cancelling closes it politely. It does not throw for
    /// what peers and networks do.
    /// </summary>
    public async Task<BtpDisconnect> ServeAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var reader = new BtpFrameReader(socket);
        var admission = await AdmitAsync(socket, reader, cancellationToken);
        if (admission.Link is not { } link)
            return admission.Refusal;
        var connection = new BtpConnection(socket, reader, _options.Connection, _time, link.AnswerAsync);
        connection.Accept(admission.RequestId);
        await using var stop = cancellationToken.UnsafeRegister(
            static connection => ((BtpConnection)connection!).End(new(BtpDisconnectReason.ClosedHere, "")), connection);
        if (!link.TryAttach(connection))
            connection.End(new BtpDisconnect(BtpDisconnectReason.ClosedHere, "the account is closed"));
        try
        {
            return await connection.RunAsync();
        }
        finally
        {
            link.Detach(connection);
        }
    }

    private async Task<Admission> AdmitAsync(
        WebSocket socket, BtpFrameReader reader, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(_options.AuthenticationTimeout, _time);
        var pushedOut = new CancellationTokenSource();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(
            tooLong.Token, pushedOut.Token, cancellationToken);
        var place = Enter(pushedOut);
        try
        {
            var admission = await AuthenticateAsync(reader, giveUp.Token);
            if (pushedOut.IsCancellationRequested && admission.Link is null)
                admission = new Admission(BtpDisconnectReason.TooManyConnections, "pushed out by newer connections");
            if (admission.Link is null)
                await RefuseAsync(socket, admission);
            return admission;
        }
        finally
        {
            Leave(place);
        }
    }

    // Whoever means it authenticates at once: when there are too many strangers, the oldest has to go.
    private LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource pushedOut)
    {
        lock (_lock)
        {
            if (_strangers.Count >= _options.MaxUnauthenticated && _strangers.First is { } oldest)
            {
                _strangers.Remove(oldest);
                _ = oldest.Value.CancelAsync();
            }

            return _strangers.AddLast(pushedOut);
        }
    }

    private void Leave(LinkedListNode<CancellationTokenSource> place)
    {
        lock (_lock)
        {
            if (place.List is not null)
                _strangers.Remove(place);
        }
    }

    private async Task<Admission> AuthenticateAsync(BtpFrameReader reader, CancellationToken giveUp)
    {
        try
        {
            // The read itself is not cancelled, as that would abort the socket before it could be told why.
            var reading = reader.ReadAsync(_options.MaxAuthenticationSize, CancellationToken.None);
            if (await reading.AsTask().WaitAsync(giveUp) is not { } packet)
                return new Admission(reader.End!.Reason, reader.End.Detail);
            if (!BtpCredentials.TryRead(packet, out var credentials))
            {
                return new Admission(
                    BtpDisconnectReason.AuthenticationRefused,
                    "the first message must have auth first, and an auth_token",
                    packet.RequestId);
            }

            return await authenticate(credentials, giveUp).AsTask().WaitAsync(giveUp) is { } link
                ? new Admission(link, packet.RequestId)
                : new Admission(
                    BtpDisconnectReason.AuthenticationRefused, "invalid user or auth_token", packet.RequestId);
        }
        catch (OperationCanceledException)
        {
            return new Admission(BtpDisconnectReason.AuthenticationTimedOut, "no authentication in time");
        }
    }

    // An Error if there is a request to answer, then a close frame; who does not read them is cut off.
    private async Task RefuseAsync(WebSocket socket, Admission admission)
    {
        try
        {
            using var tooLong = new CancellationTokenSource(_options.Connection.CloseTimeout, _time);
            var error = new ArrayBufferWriter<byte>();
            error.WriteError(
                admission.RequestId, BtpError.NotAccepted(admission.Refusal.Detail, _time.GetUtcNow()), []);
            if (admission.Refusal.Reason == BtpDisconnectReason.AuthenticationRefused)
                await socket.SendAsync(error.WrittenMemory, WebSocketMessageType.Binary, true, tooLong.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(
                    WebSocketCloseStatus.PolicyViolation, admission.Refusal.Reason.ToString(), tooLong.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException
            or IOException or InvalidOperationException)
        {
            // Gone already; there is nobody left to tell.
        }

        socket.Dispose();
    }

    private readonly record struct Admission(BtpServerLink? Link, uint RequestId, BtpDisconnect Refusal)
    {
        public Admission(BtpServerLink link, uint requestId)
            : this(link, requestId, new BtpDisconnect(BtpDisconnectReason.ClosedHere, ""))
        {
        }

        public Admission(BtpDisconnectReason reason, string detail, uint requestId = 0)
            : this(null, requestId, new BtpDisconnect(reason, detail))
        {
        }
    }
}
