using System.Net.Sockets;
using System.Net.WebSockets;
using Codius.Testing.Processes;
using Interledger.Btp;
using Shouldly;
using Xunit;
using static Interledger.Tests.Btp.RawBtpClient;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Btp;

[Collection(WholeProcess.Name)]
public sealed class BtpStrangerTests
{
    [Fact]
    public async Task A_stranger_who_says_nothing_is_told_to_go_in_time()
    {
        await using var server = new BtpTestServer(Strict);
        using var socket = await OpenAsync(server);
        var receiving = socket.ReceiveAsync(new byte[100].AsMemory(), default).AsTask();
        (await receiving.WaitAsync(TimeSpan.FromSeconds(10))).MessageType.ShouldBe(WebSocketMessageType.Close);
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
    [InlineData("06000000090a010103696c70000201ff", "AuthenticationRefused")]
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
    public async Task A_frame_of_four_gigabytes_ends_the_connection_before_it_costs_memory_and_others_are_served(
        bool authenticated)
    {
        await using var server = new BtpTestServer(Strict with { AuthenticationTimeout = TimeSpan.FromSeconds(20) });
        server.Link.OnPrepare(EchoAsync);
        await using var other = new BtpClient(server.Url);
        await other.WaitUntilConnectedAsync(default);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port);
        var stream = tcp.GetStream();
        await UpgradeAsync(stream);
        if (authenticated)
            await stream.WriteAsync(Frame(Authentication("secret")));
        byte[] head = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        await stream.WriteAsync(head);
        (await other.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
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
        (await other.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
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
}
