using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Interledger.Tests.Btp;

/// <summary>
/// A WebSocket server on a port of 127.0.0.1 that hands over what connects: as a WebSocket, or as bare bytes. It can be
/// stopped and started again on the same port.
/// </summary>
internal sealed class WebSocketListener : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<NetworkStream, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private WebSocketListener(int port, Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAllAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string UrlWith(string secret) => $"btp+ws://:{secret}@127.0.0.1:{Port}/";

    /// <summary>Serves WebSockets.</summary>
    public static WebSocketListener Start(Func<WebSocket, CancellationToken, Task> serve, int port = 0)
    {
        WebSocketListener? self = null;
        self = new WebSocketListener(port, async stream =>
        {
            await UpgradeAsync(stream);
            var options = new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero };
            await serve(WebSocket.CreateFromStream(stream, options), self!._stop.Token);
        });
        return self;
    }

    /// <summary>Serves bare TCP connections.</summary>
    public static WebSocketListener StartBare(Func<NetworkStream, Task> serve) => new(0, serve);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    /// <summary>Reads a request for an upgrade and grants it.</summary>
    public static async Task UpgradeAsync(NetworkStream stream)
    {
        const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        const string KeyHeader = "Sec-WebSocket-Key: ";
        var request = "";
        var buffer = new byte[4096];
        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        var key = request.Split("\r\n").First(l => l.StartsWith(KeyHeader, StringComparison.OrdinalIgnoreCase));
        var accept = Convert.ToBase64String(
            SHA1.HashData(Encoding.ASCII.GetBytes(key[KeyHeader.Length..].Trim() + Magic)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {accept}\r\n\r\n"));
    }

    private async Task AcceptAllAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _serve(client.GetStream());
            }
            catch (Exception e) when (e is IOException or WebSocketException or OperationCanceledException)
            {
                // The client has gone; tests look at what the other side makes of it.
            }
        }
    }
}
