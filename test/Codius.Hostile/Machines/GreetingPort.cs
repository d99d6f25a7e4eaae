using System.Net;
using System.Net.Sockets;

namespace Codius.Hostile.Machines;

/// <summary>A port of the machine that says "reached" to whoever comes.</summary>
internal sealed class GreetingPort : IDisposable
{
    private readonly TcpListener _listener;

    public GreetingPort(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _ = GreetAsync();
    }

    public IPAddress Address => ((IPEndPoint)_listener.LocalEndpoint).Address;

    public int Number => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task GreetAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync("reached\n"u8.ToArray());
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
