using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Codius.Testing.Processes;
using Interledger.Btp;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Btp;

public sealed class BtpServerTests
{
    private static readonly BtpServerOptions Strict = new()
    {
        MaxUnauthenticated = 3,
        AuthenticationTimeout = TimeSpan.FromMilliseconds(300),
        Connection = new BtpOptions { CloseTimeout = TimeSpan.FromMilliseconds(300) },
    };

    [Fact]
    public async Task A_stranger_who_says_nothing_is_told_to_go_in_time()
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await OpenAsync(server);
        var end = await socket.ReceiveAsync(new byte[100].AsMemory(), default).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        end.MessageType.ShouldBe(WebSocketMessageType.Close);
        socket.CloseStatusDescription.ShouldBe("AuthenticationTimedOut");
    }

    [Fact]
    public async Task A_stranger_who_sends_his_first_frame_byte_by_byte_gets_no_more_time_for_it()
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await OpenAsync(server);
        for (var i = 0; i < 1000 && server.Ends.Count == 0 && socket.State == WebSocketState.Open; i++)
            await socket.SendAsync(new byte[] { 6 }, WebSocketMessageType.Binary, false, default);
        (await EndAsync(server)).Reason.ShouldBeOneOf(
            BtpDisconnectReason.AuthenticationTimedOut, BtpDisconnectReason.FrameTooLarge);
    }

    [Fact]
    public async Task Strangers_beyond_the_limit_push_out_the_oldest_and_keep_nobody_out()
    {
        await using var server = new BtpTestServer(Strict with { AuthenticationTimeout = TimeSpan.FromMinutes(5) });
        var strangers = new List<ClientWebSocket>();
        for (var i = 0; i < 5; i++)
            strangers.Add(await OpenAsync(server));
        await Deadline.UntilAsync(() => Task.FromResult(server.Ends.Count == 2), "the oldest are pushed out");
        server.Ends.ShouldAllBe(end => end.Reason == BtpDisconnectReason.TooManyConnections);

        await using var client = new BtpClient(server.Url);
        (await client.ConnectAsync(default)).State.ShouldBe(BtpClientState.Connected);
        strangers.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData("00", "NotBtp")]
    [InlineData("0600000009020100", "AuthenticationRefused")]
    [InlineData("06000000090c0101046175746800000000", "NotBtp")]
    [InlineData("0600000009090101046175746800 00", "AuthenticationRefused")]
    [InlineData("060000000930010103696c700028ad0363499c0baee5952c4d659c093266758567456e014b2718bb511cdacd67eefc632920afacf5f7",
        "AuthenticationRefused")]
    public async Task A_first_message_that_is_no_authentication_ends_the_connection(string hex, string reason)
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await OpenAsync(server);
        await socket.SendAsync(
            Convert.FromHexString(hex.Replace(" ", "")), WebSocketMessageType.Binary, true, default);
        (await EndAsync(server)).Reason.ToString().ShouldBe(reason);
        server.Link.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task A_wrong_token_gets_a_BTP_error_for_an_answer()
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await OpenAsync(server);
        await socket.SendAsync(Authentication("wrong"), WebSocketMessageType.Binary, true, default);
        var buffer = new byte[1000];
        var answer = await socket.ReceiveAsync(buffer.AsMemory(), default);
        BtpPacket.TryRead(buffer.AsMemory(0, answer.Count), out var packet).ShouldBeTrue();
        packet.RequestId.ShouldBe(77u);
        packet.Error!.Code.ShouldBe("F00");
        packet.Error.Name.ShouldBe("NotAcceptedError");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_header_of_a_frame_of_four_gigabytes_ends_the_connection_before_it_costs_memory(bool authenticated)
    {
        await using var server = new BtpTestServer(Strict with { AuthenticationTimeout = TimeSpan.FromSeconds(20) });
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port);
        var stream = tcp.GetStream();
        await UpgradeAsync(stream);
        if (authenticated)
            await stream.WriteAsync(Frame(Authentication("secret")));
        byte[] head = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        await stream.WriteAsync(head);
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            var rubbish = new byte[16 * 1024];
            for (var i = 0; i < 1000 && server.Ends.Count == 0; i++)
                await stream.WriteAsync(rubbish);
        }
        catch (IOException)
        {
            // Cut off in the middle, as it should be.
        }

        (await EndAsync(server)).Reason.ShouldBe(BtpDisconnectReason.FrameTooLarge);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(50_000_000);
    }

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

    [Fact]
    public async Task Bytes_that_are_no_WebSocket_frame_end_the_connection()
    {
        await using var server = new BtpTestServer(Strict);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port);
        var stream = tcp.GetStream();
        await UpgradeAsync(stream);
        var seed = Environment.TickCount;
        var rubbish = new byte[10_000];
        new Random(seed).NextBytes(rubbish);
        rubbish[0] = 0xff;
        await stream.WriteAsync(rubbish);
        (await EndAsync(server)).Reason.ShouldBe(BtpDisconnectReason.ConnectionLost, $"seed {seed}");
    }

    private static async Task<BtpDisconnect> EndAsync(BtpTestServer server)
    {
        await Deadline.UntilAsync(() => Task.FromResult(server.Ends.Count > 0), "the connection ends");
        return server.Ends.First();
    }

    private static async Task<ClientWebSocket> OpenAsync(BtpTestServer server)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(server.Url.Server, default);
        return socket;
    }

    private static async Task<ClientWebSocket> AuthenticatedAsync(BtpTestServer server)
    {
        var socket = await OpenAsync(server);
        await socket.SendAsync(Authentication("secret"), WebSocketMessageType.Binary, true, default);
        var buffer = new byte[100];
        var answer = await socket.ReceiveAsync(buffer.AsMemory(), default);
        BtpPacket.TryRead(buffer.AsMemory(0, answer.Count), out var packet).ShouldBeTrue();
        packet.Type.ShouldBe(BtpPacketType.Response);
        packet.RequestId.ShouldBe(77u);
        return socket;
    }

    private static ReadOnlyMemory<byte> Authentication(string secret)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.WriteMessage(77,
        [
            BtpSubProtocol.Octets("auth", default),
            BtpSubProtocol.Text("auth_username", ""),
            BtpSubProtocol.Text("auth_token", secret),
        ]);
        return writer.WrittenMemory;
    }

    // A small binary frame of a client, with a mask of zeros.
    private static byte[] Frame(ReadOnlyMemory<byte> payload) =>
        [0x82, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload.Span];

    private static async Task UpgradeAsync(NetworkStream stream)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"));
        var response = "";
        var buffer = new byte[1000];
        while (!response.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            response += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
    }
}
