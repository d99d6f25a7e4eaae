using System.Security.Cryptography;
using Codius.Testing.Peers;
using Codius.Testing.Processes;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Stream;

namespace Codius.Interop.Links;

/// <summary>
/// Our side of an account by ILP over HTTP, test.ours, whose peer is a JavaScript program: a listener for what it posts
/// with the token "to-us", and a link that posts to it with the token "to-them".
/// </summary>
internal sealed class HttpSide : IAsyncDisposable
{
    private readonly IlpHttpListener _listener;

    private HttpSide(IlpHttpListener listener, HttpLink link, int peersPort) =>
        (_listener, Link, PeersPort) = (listener, link, peersPort);

    public static AssetDetails Asset { get; } = new("XRP", 9);

    public static IlpAddress Address { get; } = IlpAddress.Parse("test.ours");

    public HttpLink Link { get; }

    public int PeersPort { get; }

    /// <summary>What the peer is told.</summary>
    public HttpAccount Peer => new("test.theirs")
    {
        Url = new Uri($"http://127.0.0.1:{_listener.Port}/"),
        Token = "to-us",
        Port = PeersPort,
        Accept = "to-them",
    };

    public static async Task<HttpSide> StartAsync()
    {
        var port = FreePort.Next();
        var link = new HttpLink(new HttpLinkOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{port}/ilp"),
            Token = "to-them",
        });
        var tokens = new HttpTokens();
        tokens.Add("to-us", link);
        var listener = await IlpHttpListener.StartAsync(
            tokens.AuthenticateAsync, new IlpHttpListenerOptions { Port = 0 });
        return new HttpSide(listener, link, port);
    }

    public StreamServer Serve(Action<MoneyStream> onStream)
    {
        var server = new StreamServer(Link, new StreamServerOptions
        {
            Address = Address,
            Asset = Asset,
            Secret = RandomNumberGenerator.GetBytes(32),
        });
        server.OnConnection(connection => connection.OnStream(onStream));
        server.Listen();
        return server;
    }

    public StreamClient Client()
    {
        var client = new StreamClient(Link, new StreamClientOptions { Address = Address, Asset = Asset });
        client.Listen();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
