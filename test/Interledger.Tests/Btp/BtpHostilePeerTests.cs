using System.Buffers;
using System.Net.WebSockets;
using Interledger.Btp;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Btp.RawBtpClient;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Btp;

public sealed class BtpHostilePeerTests
{
    [Theory]
    [InlineData("ff", WebSocketMessageType.Binary)]
    [InlineData("", WebSocketMessageType.Binary)]
    [InlineData("7b7d", WebSocketMessageType.Text)]
    public async Task Garbage_ends_an_authenticated_connection_and_leaves_the_others_alone(
        string hex, WebSocketMessageType type)
    {
        await using var server = new BtpTestServer(Strict);
        server.Link.OnPrepare(EchoAsync);
        await using var client = new BtpClient(server.Url);
        await client.WaitUntilConnectedAsync(default);
        using var socket = await AuthenticatedAsync(server);

        await socket.SendAsync(Convert.FromHexString(hex), type, true, default);
        (await EndAsync(server)).Reason.ShouldBe(BtpDisconnectReason.NotBtp);
        (await client.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
    }

    [Theory]
    [InlineData("0700000005 0a 0000000000000001 0100", "a transfer")]
    [InlineData("0600000005 02 0100", "a message without an ILP packet")]
    public async Task What_is_not_understood_is_refused_and_the_connection_goes_on(string hex, string what)
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await AuthenticatedAsync(server);
        await socket.SendAsync(
            Convert.FromHexString(hex.Replace(" ", "")), WebSocketMessageType.Binary, true, default);
        var buffer = new byte[1000];
        var answer = await socket.ReceiveAsync(buffer.AsMemory(), default);
        BtpPacket.TryRead(buffer.AsMemory(0, answer.Count), out var packet).ShouldBeTrue();
        packet.RequestId.ShouldBe(5u);
        packet.Error.ShouldNotBeNull(what).Name.ShouldBe("NotAcceptedError");
        socket.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task Answers_that_nobody_asked_for_are_ignored()
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await AuthenticatedAsync(server);
        var waiting = server.Link.SendAsync(Prepare(), default);
        var buffer = new byte[4096];
        var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
        BtpPacket.TryRead(buffer.AsMemory(0, message.Count), out var packet).ShouldBeTrue();

        foreach (var requestId in new[] { packet.RequestId + 1, 0u, uint.MaxValue, packet.RequestId, packet.RequestId })
        {
            var answer = new ArrayBufferWriter<byte>();
            answer.WriteIlpResponse(requestId, IlpReply.Fulfill(Fulfillment).Packet.Span);
            await socket.SendAsync(answer.WrittenMemory, WebSocketMessageType.Binary, true, default);
        }

        (await waiting).IsFulfill.ShouldBeTrue();
        server.Link.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_peer_that_sends_and_never_reads_is_cut_off()
    {
        await using var server = new BtpTestServer(new BtpServerOptions
        {
            Connection = new BtpOptions { MaxUnanswered = 10, MaxOutstanding = 10 },
        });
        server.Link.OnPrepare(EchoAsync);
        using var socket = await AuthenticatedAsync(server);
        var message = new ArrayBufferWriter<byte>();
        message.WriteIlpMessage(1, Prepare(60, new byte[32_000]).Packet.Span);
        try
        {
            for (var i = 0; i < 10_000 && server.Ends.Count == 0; i++)
                await socket.SendAsync(message.WrittenMemory, WebSocketMessageType.Binary, true, default);
        }
        catch (WebSocketException)
        {
            // Cut off in the middle, as it should be.
        }

        (await EndAsync(server)).Reason.ShouldBe(BtpDisconnectReason.PeerDoesNotRead);
    }

    [Fact]
    public async Task Where_one_connection_is_allowed_a_new_one_takes_the_place_of_the_old()
    {
        await using var server = new BtpTestServer(Strict, maxConnections: 1);
        server.Link.OnPrepare(EchoAsync);
        using var old = await AuthenticatedAsync(server);
        using var young = await AuthenticatedAsync(server);
        (await EndAsync(server)).Reason.ShouldBe(BtpDisconnectReason.Replaced);
        server.Link.ConnectionCount.ShouldBe(1);
        server.Link.IsConnected.ShouldBeTrue();
    }
}
