using System.Net;
using System.Net.Sockets;

namespace Codius.EndToEnd.Clients;

/// <summary>A port before another one, which counts the bytes that clients send.</summary>
internal sealed class CountingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private readonly Task _accepting;
    private long _bytes;

    public CountingRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public long Bytes => Interlocked.Read(ref _bytes);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> relaying = [];
        try
        {
            while (true)
                relaying.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
        }
        finally
        {
            await Task.WhenAll(relaying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), n => Interlocked.Add(ref _bytes, n)),
                CopyAsync(server.GetStream(), client.GetStream(), _ => { }));
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Action<int> count)
    {
        var buffer = new byte[16384];
        while (await from.ReadAsync(buffer, _closing.Token) is > 0 and var n)
        {
            count(n);
            await to.WriteAsync(buffer.AsMemory(0, n), _closing.Token);
        }
    }
}
