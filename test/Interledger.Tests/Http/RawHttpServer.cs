using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Interledger.Tests.Http;

/// <summary>A request as it stood on the wire.</summary>
internal sealed record RawRequest(string Head, byte[] Body)
{
    public IEnumerable<string> Lines => Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// A server that reads requests as HTTP/1.1 has them and answers with whatever bytes a script writes. It keeps a
/// connection as long as the script says so.
/// </summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    public delegate Task<bool> Script(RawRequest request, NetworkStream stream, CancellationToken stop);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<RawRequest> _requests = [];
    private readonly Script _script;
    private readonly Task _accepting;
    private int _connections;

    public RawHttpServer(Script script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/ilp");

    public int ConnectionCount => Volatile.Read(ref _connections);

    public IReadOnlyList<RawRequest> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>Answers every request with the same bytes.</summary>
    public static RawHttpServer Answering(params byte[] answer) => new(async (_, stream, stop) =>
    {
        await stream.WriteAsync(answer, stop);
        return true;
    });

    public static RawHttpServer Answering(string head, byte[]? body = null) =>
        Answering([.. Encoding.ASCII.GetBytes(head), .. body ?? []]);

    /// <summary>A 200 with a body, as a proper server sends it.</summary>
    public static byte[] Ok(ReadOnlySpan<byte> body, string mediaType = "application/octet-stream") =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: {mediaType}\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
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
        Interlocked.Increment(ref _connections);
        using var _ = client;
        await using var stream = client.GetStream();
        try
        {
            while (await ReadAsync(stream) is { } request)
            {
                lock (_requests)
                    _requests.Add(request);
                if (!await _script(request, stream, _stop.Token))
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<RawRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n")
            .Where(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(static line => int.Parse(line.Split(':')[1])).FirstOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new RawRequest(head.ToString(), body);
    }
}
