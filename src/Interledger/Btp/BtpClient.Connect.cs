using System.Net.WebSockets;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Btp;

public sealed partial class BtpClient
{
    private async Task KeepConnectedAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            Become(new BtpClientStatus(BtpClientState.Connecting, Status.LastEnd, failures));
            var connectedAt = 0L;
            var end = await ConnectAndServeAsync(() => connectedAt = _time.GetTimestamp());
            var stable = connectedAt != 0 && _time.GetElapsedTime(connectedAt) >= _options.StableAfter;
            failures = stable ? 0 : failures + 1;
            if (_stop.IsCancellationRequested)
                break;
            var pause = PauseAfter(failures);
            Become(new BtpClientStatus(BtpClientState.Waiting, end, failures, pause));
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<BtpDisconnect> ConnectAndServeAsync(Action connected)
    {
        // A proxy that the environment names is for the world outside.
        using var socket = new BtpSocket(_options.Connection, usesProxy: !_server.Server.IsLoopback);
        using var tooLong = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, _stop.Token);
        if (await OpenAsync(socket, giveUp.Token) is { } failure)
            return failure;
        var reader = new BtpFrameReader(socket.Socket);
        await using var connection = new BtpConnection(
            socket.Socket, reader, _options.Connection, _time, AnswerAsync, socket.Stream);
        await using var stop = _stop.Token.UnsafeRegister(
            static connection => ((BtpConnection)connection!).End(new(BtpDisconnectReason.ClosedHere, "")), connection);
        var running = connection.RunAsync();
        var refusal = await AuthenticateAsync(connection, giveUp.Token);
        if (refusal is not null)
        {
            connection.End(refusal);
        }
        else
        {
            connected();
            _connection = connection;
            Become(new BtpClientStatus(BtpClientState.Connected, Status.LastEnd));
        }

        var end = await running;
        _connection = null;
        return refusal ?? end;
    }

    private async Task<BtpDisconnect?> OpenAsync(BtpSocket socket, CancellationToken giveUp)
    {
        try
        {
            await socket.ConnectAsync(_server.Server, giveUp);
            return null;
        }
        catch (OperationCanceledException)
        {
            return new BtpDisconnect(BtpDisconnectReason.Unreachable, $"no connection to {_server} in time");
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode == WebSocketError.NotAWebSocket)
        {
            return new BtpDisconnect(
                BtpDisconnectReason.NotAWebSocket, $"{_server} is no WebSocket server: {e.Message}");
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException)
        {
            var words = e.InnerException?.Message ?? e.Message;
            return new BtpDisconnect(BtpDisconnectReason.Unreachable, $"no connection to {_server}: {words}");
        }
    }

    private async Task<BtpDisconnect?> AuthenticateAsync(BtpConnection connection, CancellationToken giveUp)
    {
        try
        {
            return await connection.AuthenticateAsync(_server, giveUp);
        }
        catch (OperationCanceledException)
        {
            return new BtpDisconnect(
                BtpDisconnectReason.AuthenticationTimedOut, $"{_server} did not answer the authentication");
        }
    }

    private ValueTask<IlpReply> AnswerAsync(IlpPrepare prepare, CancellationToken cancellationToken) =>
        LinkAnswers.AskAsync(_handler, prepare, cancellationToken);

    private TimeSpan PauseAfter(int failures)
    {
        var pause = _options.FirstPause * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        if (pause > _options.LongestPause)
            pause = _options.LongestPause;
        return pause * (1 - (_random.NextDouble() / 2));
    }
}
