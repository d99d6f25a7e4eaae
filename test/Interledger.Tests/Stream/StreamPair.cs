using Interledger.Addresses;
using Interledger.Links;
using Interledger.Stream;

namespace Interledger.Tests.Stream;

/// <summary>A client and a server on the two ends of a link in memory.</summary>
internal sealed class StreamPair : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private StreamPair(
        IIlpLink clientLink,
        IIlpLink serverLink,
        StreamOptions? clientOptions,
        StreamOptions? serverOptions,
        TimeProvider? time)
    {
        Client = new StreamClient(
            clientLink,
            new StreamClientOptions
            {
                Address = IlpAddress.Parse("test.client"),
                Asset = new AssetDetails("ABC", 2),
                Connection = clientOptions ?? new StreamOptions(),
            },
            time);
        Server = new StreamServer(
            serverLink,
            new StreamServerOptions
            {
                Address = IlpAddress.Parse("test.server"),
                Asset = new AssetDetails("XYZ", 9),
                Secret = new byte[32],
                Connection = serverOptions ?? new StreamOptions(),
            },
            time);
        Server.OnConnection(connection =>
        {
            connection.OnStream(stream =>
            {
                ArrangeStream?.Invoke(stream);
                Opened.TrySetResult(stream);
            });
            Arrange?.Invoke(connection);
            Accepted.TrySetResult(connection);
        });
        Client.Listen();
        Server.Listen();
    }

    public StreamClient Client { get; }

    public StreamServer Server { get; }

    /// <summary>What is done with a new connection of the server.</summary>
    public Action<StreamConnection>? Arrange { get; set; }

    /// <summary>What is done with a new stream of the server.</summary>
    public Action<MoneyStream>? ArrangeStream { get; set; }

    public TaskCompletionSource<MoneyStream> Opened { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<StreamConnection> Accepted { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static StreamPair Create(
        StreamOptions? client = null,
        StreamOptions? server = null,
        Func<IIlpLink, IIlpLink>? disturbClient = null,
        Func<IIlpLink, IIlpLink>? disturbServer = null,
        TimeProvider? time = null)
    {
        var (left, right) = InMemoryLink.CreatePair(time);
        return new StreamPair(
            disturbClient?.Invoke(left) ?? left, disturbServer?.Invoke(right) ?? right, client, server, time);
    }

    public StreamConnection Connect(string tag = "") => Client.Connect(Server.CreateCredentials(tag));

    /// <summary>Has every stream that the client opens receive up to this.</summary>
    public StreamPair Receiving(ulong receiveMax)
    {
        ArrangeStream = stream => stream.SetReceiveMax(receiveMax);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
