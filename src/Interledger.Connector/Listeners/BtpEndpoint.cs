using Interledger.Btp;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Interledger.Connector.Listeners;

/// <summary>Accepts WebSockets and hands them to a BTP server. The application uses the WebSocket middleware.</summary>
public sealed partial class BtpEndpoint(
    BtpServer server, BtpEndpointOptions options, ILogger<BtpEndpoint> logger, CancellationToken stopping)
{
    /// <summary>Serves one request, as long as its connection lasts.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var from = $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}";
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await AnswerAsync(context, StatusCodes.Status426UpgradeRequired, "BTP is spoken here, over WebSocket.");
            return;
        }

        if (context.Request.Headers.Origin is [{ Length: > 0 } origin, ..] && !options.AllowedOrigins.Contains(origin))
        {
            LogRefusedOrigin(from);
            await AnswerAsync(context, StatusCodes.Status403Forbidden, "This origin may not connect.");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = options.KeepAliveInterval,
            KeepAliveTimeout = options.KeepAliveTimeout,
        });
        LogConnected(from);
        var end = await server.ServeAsync(socket, stopping);
        if (end.Reason is BtpDisconnectReason.ClosedByPeer or BtpDisconnectReason.ClosedHere)
            LogClosed(from, end);
        else
            LogCutOff(from, end);
    }

    private static Task AnswerAsync(HttpContext context, int status, string words)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Upgrade = status == StatusCodes.Status426UpgradeRequired ? "websocket" : default;
        return context.Response.WriteAsync(words + "\n", context.RequestAborted);
    }
}
