using Interledger.Addresses;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Interledger.Tests.Stream;

namespace Interledger.Fuzz.Targets;

/// <summary>
/// A whole receiver, whose client knows the secret: packets that decrypt, and say anything. Each is answered at once,
/// with an ILP packet.
/// </summary>
internal static class StreamReceiverTarget
{
    private const int PacketsOfALife = 1000;

    public static FuzzTarget Create()
    {
        var life = new Life();
        var age = 0;
        return new FuzzTarget("stream-receiver", StreamPacketTarget.Samples, input =>
        {
            if (++age % PacketsOfALife == 0)
                life = new Life();
            life.Receive(input.Span);
        });
    }

    // A receiver with the one connection that the client has.
    private sealed class Life
    {
        private readonly StreamServer _server;
        private readonly RawPeer _peer;
        private readonly ulong _amount;

        public Life()
        {
            var (_, link) = InMemoryLink.CreatePair();
            _server = new StreamServer(link, new StreamServerOptions
            {
                Address = IlpAddress.Parse("test.server"),
                Asset = new AssetDetails("XYZ", 9),
                Secret = new byte[32],
            });
            _server.OnConnection(connection => connection.OnStream(stream => stream.SetReceiveMax(1_000_000)));
            _peer = new RawPeer(_server, _server.CreateCredentials());
            _amount = 100;
        }

        public void Receive(ReadOnlySpan<byte> plaintext)
        {
            var answer = _server.HandleAsync(_peer.Prepare(plaintext, _amount), CancellationToken.None);
            if (!answer.IsCompletedSuccessfully)
                throw new InvalidOperationException("it is not answered at once");
            if (!IlpReply.TryRead(answer.Result.Packet, out _))
                throw new InvalidOperationException("the answer is no ILP packet");
        }
    }
}
