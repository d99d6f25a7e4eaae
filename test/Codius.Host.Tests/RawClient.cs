using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Codius.Host.Tests;

/// <summary>A client that sends exactly what it is told, as no proper client would.</summary>
public sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private RawClient(Socket connected) => Stream = new NetworkStream(connected, ownsSocket: true);

    public NetworkStream Stream { get; }

    public static async Task<RawClient> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint);
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request that asks for the connection to be closed, and returns all that came back.</summary>
    public static async Task<string> ExchangeAsync(IPEndPoint endPoint, string request)
    {
        using var client = await ConnectAsync(endPoint);
        await client.SendAsync(request);
        return await client.ReadToEndAsync();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await Stream.WriteAsync(bytes, deadline.Token);
    }

    /// <summary>All until the other side closes; a reset counts as an end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var all = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(all, deadline.Token);
        }
        catch (IOException)
        {
            // What came before is what the test looks at.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Reads until the text so far holds <paramref name="mark"/>, and returns it.</summary>
    public async Task<string> ReadUntilAsync(string mark)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(mark, StringComparison.Ordinal))
        {
            var count = await Stream.ReadAsync(buffer, deadline.Token);
            if (count == 0)
                throw new EndOfStreamException($"closed before \"{mark}\": {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    public void Dispose() => Stream.Dispose();
}
