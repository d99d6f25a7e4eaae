using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Codius.Crash.Disasters;

/// <summary>A way to a port that can be cut: what is connected is reset, and new connections are possible.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _ends = [];
    private readonly int _target;
    private readonly Task _accepting;

    public Cable(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut()
    {
        while (_ends.TryTake(out var end))
            end.Close(timeout: 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptTcpClientAsync();
            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _target);
            _ends.Add(near.Client);
            _ends.Add(far.Client);
            var (left, right) = (near.GetStream(), far.GetStream());
            _ = CopyAsync(left, right);
            _ = CopyAsync(right, left);
        }
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It was cut.
        }
        finally
        {
            await to.DisposeAsync();
        }
    }
}
