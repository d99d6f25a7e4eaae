using System.Net;
using Interledger;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Links;
using Interledger.Spsp;
using Interledger.Stream;

namespace Codius.Host.Tests.PodAccounts;

/// <summary>Somebody with an SPSP endpoint on this machine, who takes what he is paid up to a limit.</summary>
internal sealed class Payee : IAsyncDisposable
{
    private readonly PrivateListener _listener;
    private ulong _limit = ulong.MaxValue;
    private long _received;

    private Payee(StreamServer server, PrivateListener listener) => (Server, _listener) = (server, listener);

    public StreamServer Server { get; }

    public string Url => new Uri(_listener.Url, "/alice").ToString();

    public long Received => Interlocked.Read(ref _received);

    /// <summary>How much he takes of each payment.</summary>
    public ulong Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public static async Task<Payee> StartAsync(IIlpLink link, string address = "test.alice")
    {
        var server = new StreamServer(link, new StreamServerOptions
        {
            Address = IlpAddress.Parse(address),
            Secret = new byte[32],
            Asset = new AssetDetails("XRP", 9),
        });
        var listener = await PrivateListener.StartAsync(
            IPAddress.Loopback, 0, app => app.MapSpsp("/alice", new SpspServer(server)));
        var payee = new Payee(server, listener);
        server.OnConnection(connection =>
        {
            connection.OnStream(stream => stream.SetReceiveMax(payee.Limit));
            connection.OnMoney((money, _) =>
            {
                Interlocked.Add(ref payee._received, (long)money.PacketAmount);
                return ValueTask.FromResult(MoneyDecision.Accept);
            });
        });
        return payee;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await Server.DisposeAsync();
    }
}
