using System.Buffers;
using Interledger.Addresses;
using Interledger.Connector;
using Interledger.Connector.Accounts;
using Interledger.Connector.Routes.Ccp;
using Interledger.Ildcp;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Fuzz.Targets;

/// <summary>What a neighbour says of its routes: as it is read, and as a connector takes it on.</summary>
internal static class CcpTargets
{
    private const int TellingsOfALife = 2000;
    private static readonly Guid Table = new("21e55f8e-abcd-4e97-9ab9-bf0ff00a224c");

    public static IEnumerable<FuzzTarget> Create()
    {
        var life = new Life();
        var age = 0;
        return
        [
            new("ccp", [.. Updates, Control], Read),
            new("ccp-connector", [.. Updates, Control], input =>
            {
                if (++age % TellingsOfALife == 0)
                {
                    life.End();
                    life = new Life();
                }

                life.Tell(input.Span);
            }),
        ];
    }

    private static byte[] Control => Written(new CcpRouteControl(CcpMode.Sync, Table, 32).Write);

    private static byte[][] Updates =>
    [
        Written(Update(0, 2, "test.peer.one", "test.peer.two").Write),
        Written((Update(2, 4, "test.peer.one") with { WithdrawnRoutes = ["test.peer.one", "test.peer.two"] }).Write),
        Written((Update(0, 1, "test.other") with { Table = Guid.Empty }).Write),
    ];

    private static CcpRouteUpdate Update(uint from, uint to, params string[] prefixes) => new(
        Table, to, from, to, 30_000, "test.peer",
        [.. prefixes.Select(prefix => new CcpRoute(prefix, ["test.peer", "test.bob"], new byte[CcpRoute.AuthLength]))],
        []);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        _ = CcpRouteControl.TryRead(input.Span, out _);
        if (!CcpRouteUpdate.TryRead(input.Span, out var update))
            return;
        var again = Written(update!.Write);
        if (!CcpRouteUpdate.TryRead(again, out var same) || !Written(same!.Write).AsSpan().SequenceEqual(again))
            throw new InvalidOperationException("what was read is not what is written");
    }

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }

    // A connector with one peer, which says everything it says at the same moment.
    private sealed class Life
    {
        private static readonly IlpAddress[] Destinations =
            [IlpAddress.Parse("peer.route.update"), IlpAddress.Parse("peer.route.control")];

        private readonly IlpConnector _connector = new(new ConnectorOptions { Address = IlpAddress.Parse("test.us") });
        private readonly AccountState _peer;

        public Life()
        {
            var (theirs, ours) = InMemoryLink.CreatePair();
            theirs.OnPrepare(static (_, _) => ValueTask.FromResult(IlpReply.Reject(IlpErrorCode.Unreachable)));
            _peer = _connector.AddAccount(
                new AccountConfig
                {
                    Id = "peer",
                    Relation = AccountRelation.Peer,
                    Asset = new AssetDetails("XRP", 9),
                    PacketsPerSecond = 1_000_000_000,
                    PacketBurst = 1_000_000_000,
                },
                ours);
        }

        public void End() => _connector.DisposeAsync().AsTask().GetAwaiter().GetResult();

        public void Tell(ReadOnlySpan<byte> data)
        {
            foreach (var destination in Destinations)
            {
                var telling = IlpPrepare.Create(
                    0, TimeProvider.System.GetUtcNow().AddSeconds(9), IldcpRequest.Condition, destination, data);
                var answer = _connector.HandleAsync(_peer, telling);
                if (!answer.IsCompletedSuccessfully)
                    throw new InvalidOperationException("it is not answered at once");
                if (!IlpReply.TryRead(answer.Result.Packet, out _) || answer.Result.Code == IlpErrorCode.InternalError)
                    throw new InvalidOperationException("the connector did not know what to answer");
            }
        }
    }
}
