using Interledger.Btp;

namespace Interledger.Tests.Btp;

/// <summary>A BTP server for one account whose secret is "secret", and how its connections ended.</summary>
internal sealed class BtpTestServer : IAsyncDisposable
{
    private readonly WebSocketListener _listener;
    private readonly System.Collections.Concurrent.ConcurrentQueue<BtpDisconnect> _ends = new();

    public BtpTestServer(BtpServerOptions? options = null, int port = 0, int maxConnections = 8)
    {
        Link = new BtpServerLink(maxConnections);
        var server = BtpServer.ForSecret("secret"u8.ToArray(), Link, options);
        _listener = WebSocketListener.Start(
            async (socket, stop) => _ends.Enqueue(await server.ServeAsync(socket, stop)), port);
    }

    public BtpServerLink Link { get; }

    public int Port => _listener.Port;

    public IReadOnlyCollection<BtpDisconnect> Ends => _ends;

    public BtpUrl Url => UrlWith("secret");

    public BtpUrl UrlWith(string secret) =>
        BtpUrl.TryParse(_listener.UrlWith(secret), out var url, out _) ? url : throw new FormatException();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
