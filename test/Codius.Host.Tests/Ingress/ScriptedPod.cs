using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Codius.Host.Tests.Ingress;

/// <summary>A pod that reads the head of a request, says its piece and closes.</summary>
public sealed class ScriptedPod : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedPod(string answer)
    {
        _listener.Start();
        Served = ServeAsync(Encoding.UTF8.GetBytes(answer));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All requests, as they came.</summary>
    public List<string> Requests { get; } = [];

    public Task Served { get; }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var buffer = new byte[65536];
                var text = new StringBuilder();
                while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var count = await stream.ReadAsync(buffer);
                    if (count == 0)
                        break;
                    text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }

                lock (Requests)
                    Requests.Add(text.ToString());
                await stream.WriteAsync(answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}

/// <summary>A port whose queue of connections is full, so that another connection waits for ever.</summary>
public sealed class FullListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    public FullListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Blocking = false;
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way, or waiting like the one that the test is about.
            }

            _waiting.Add(socket);
        }
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _waiting.ForEach(s => s.Dispose());
        _listener.Dispose();
    }
}
