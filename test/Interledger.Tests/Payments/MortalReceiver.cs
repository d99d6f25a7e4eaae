using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;

namespace Interledger.Tests.Payments;

/// <summary>
/// A receiver that dies and comes again. Its secret and the journal of what it accepted survive it; connections and the
/// answers that it had not given do not.
/// </summary>
internal sealed class MortalReceiver(InMemoryLink link) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<StreamServer> _lives = [];
    private ulong _journal;

    public ulong Journal
    {
        get
        {
            lock (_lock)
                return _journal;
        }
    }

    public StreamServer Restart()
    {
        var server = new StreamServer(link, new StreamServerOptions
        {
            Address = IlpAddress.Parse("test.server"),
            Asset = new AssetDetails("XYZ", 9),
            Secret = new byte[32],
        });
        server.OnConnection(connection =>
        {
            connection.OnStream(stream =>
            {
                stream.ReceivedEarlier = Journal;
                stream.SetReceiveMax(ulong.MaxValue);
            });
            connection.OnMoney(async (money, _) =>
            {
                await Task.Yield();
                return TryRecord(server, money.PacketAmount) ? MoneyDecision.Accept : MoneyDecision.RejectTemporary;
            });
        });
        lock (_lock)
            _lives.Add(server);
        link.OnPrepare(async (prepare, stop) =>
        {
            var reply = await server.HandleAsync(prepare, stop);
            return IsAlive(server) ? reply : IlpReply.Reject(IlpErrorCode.TransferTimedOut);
        });
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var life in _lives)
            await life.DisposeAsync();
    }

    private bool TryRecord(StreamServer server, ulong amount)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_lives[^1], server))
                return false;
            _journal += amount;
            return true;
        }
    }

    private bool IsAlive(StreamServer server)
    {
        lock (_lock)
            return ReferenceEquals(_lives[^1], server);
    }
}
