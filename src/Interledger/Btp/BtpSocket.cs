using System.Net.Http;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Interledger.Btp;

/// <summary>A client's WebSocket, and the stream below it that gathers what is sent.</summary>
internal sealed class BtpSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _http;

    public BtpSocket(BtpOptions options, bool usesProxy)
    {
        _socket.Options.KeepAliveInterval = options.KeepAliveInterval;
        _socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = usesProxy,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
        });
    }

    public WebSocket Socket => _socket;

    /// <summary>Once it is connected.</summary>
    public GatheringStream? Stream { get; private set; }

    public Task ConnectAsync(Uri server, CancellationToken cancellationToken) =>
        _socket.ConnectAsync(server, _http, cancellationToken);

    public void Dispose()
    {
        _socket.Dispose();
        _http.Dispose();
    }

    private async ValueTask<System.IO.Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return Stream = new GatheringStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
