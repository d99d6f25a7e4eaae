using System.Collections.Concurrent;
using Interledger.Links;
using Interledger.Packets;
using Interledger.Stream;
using Shouldly;
using Xunit;

namespace Interledger.Tests.Stream;

/// <summary>How long connections live, and where they are reached meanwhile.</summary>
public sealed class StreamLifetimeTests
{
    [Fact]
    public async Task A_connection_that_is_silent_for_too_long_is_forgotten_on_both_sides()
    {
        var time = new ManualTime();
        await using var pair = StreamPair.Create(
            new StreamOptions { IdleTimeout = TimeSpan.FromSeconds(60) },
            new StreamOptions { IdleTimeout = TimeSpan.FromSeconds(30) },
            time: time);
        var connection = pair.Connect();
        (await connection.OpenAsync()).ShouldBeNull();
        var server = await pair.Accepted.Task;
        time.Advance(TimeSpan.FromSeconds(29));
        (connection.IsOpen, server.IsOpen).ShouldBe((true, true));
        time.Advance(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        (connection.IsOpen, server.IsOpen, pair.Server.ConnectionCount).ShouldBe((true, false, 0));
        time.Advance(TimeSpan.FromSeconds(30));
        connection.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task A_peer_that_tells_a_new_address_is_sent_to_there()
    {
        var destinations = new ConcurrentQueue<string>();
        await using var pair = StreamPair.Create(disturbServer: link => new WatchedLink(link, destinations));
        var peer = new RawPeer(pair.Server, pair.Server.CreateCredentials());
        await peer.SendAsync(1, add: static frames =>
        {
            frames.Add(StreamFrame.ConnectionNewAddress("test.old.place"u8));
            frames.Add(StreamFrame.StreamMaxMoney(1, 100, 0));
        });
        var server = await pair.Accepted.Task.WaitAsync(StreamPair.Patience);
        server.PeerAddress.Value.ShouldBe("test.old.place");
        await peer.SendAsync(2, add: static frames =>
            frames.Add(StreamFrame.ConnectionNewAddress("test.new.place"u8)));
        await peer.SendAsync(3, add: static frames => frames.Add(StreamFrame.ConnectionNewAddress("no address"u8)));
        server.PeerAddress.Value.ShouldBe("test.new.place");
        destinations.Clear();
        await server.SendKeepAliveAsync().WaitAsync(StreamPair.Patience);
        destinations.ShouldBe(["test.new.place"]);
    }

    [Fact]
    public async Task A_connection_ends_when_its_packets_are_used_up_and_all_that_moved_is_counted()
    {
        await using var pair = StreamPair.Create(new StreamOptions { MaxPackets = 30, MaxPacketAmount = 10 })
            .Receiving(1000);
        var stream = pair.Connect().OpenStream();
        stream.SetSendMax(1000);
        (await stream.WaitForSentAsync(1000).WaitAsync(StreamPair.Patience)).ShouldBeFalse();
        stream.Connection.SendFailure!.Reason.ShouldBe(StreamFailureReason.Exhausted);
        (await pair.Accepted.Task).TotalReceived.ShouldBe(stream.TotalSent);
        stream.TotalSent.ShouldBeInRange(200UL, 300UL);
        (await stream.Connection.SendKeepAliveAsync()).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(static () => new StreamOptions { MaxPackets = (1UL << 31) + 1 });
    }

    [Fact]
    public async Task A_packet_with_money_that_has_expired_is_not_taken()
    {
        var time = new ManualTime();
        await using var pair = StreamPair.Create(time: time).Receiving(1000);
        var peer = new RawPeer(pair.Server, pair.Server.CreateCredentials(), time);
        var prepare = peer.Prepare(1, 10, static frames => frames.Add(StreamFrame.StreamMoney(1, 1)));
        time.Advance(TimeSpan.FromSeconds(30));
        (await peer.SendAsync(prepare)).Code.ShouldBe("T00");
        (await pair.Accepted.Task).TotalReceived.ShouldBe(0UL);
    }

    private sealed class WatchedLink(IIlpLink inner, ConcurrentQueue<string> destinations) : IIlpLink
    {
        public bool IsConnected => inner.IsConnected;

        public void OnPrepare(IlpHandler handler) => inner.OnPrepare(handler);

        public ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
        {
            destinations.Enqueue(prepare.Destination.Value);
            return inner.SendAsync(prepare, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
