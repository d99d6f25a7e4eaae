using System.Net.WebSockets;
using System.Text;
using Codius.Testing.Processes;
using Interledger.Btp;
using Interledger.Packets;
using Shouldly;
using Xunit;
using static Interledger.Tests.Links.TestPackets;

namespace Interledger.Tests.Btp;

public sealed class BtpClientTests : IAsyncLifetime
{
    private static readonly BtpClientOptions Quick = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(20),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    private BtpClient? _client;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_client_that_is_not_started_rejects_packets_as_unreachable()
    {
        await using var client = Client(Url(FreePort.Next()));
        (await client.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        client.Status.State.ShouldBe(BtpClientState.Idle);
    }

    [Fact]
    public async Task A_client_connects_as_soon_as_there_is_a_server_and_again_when_it_comes_back()
    {
        var port = FreePort.Next();
        var client = Client(Url(port, "secret"));
        var first = await client.ConnectAsync(default);
        first.State.ShouldBe(BtpClientState.Waiting);
        first.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.Unreachable);

        for (var round = 0; round < 2; round++)
        {
            await using (var server = new BtpTestServer(port: port))
            {
                server.Link.OnPrepare(EchoAsync);
                await client.WaitUntilConnectedAsync(default).WaitAsync(TimeSpan.FromSeconds(20));
                (await client.SendAsync(Prepare(), default)).IsFulfill.ShouldBeTrue();
            }

            await Deadline.UntilAsync(() => Task.FromResult(!client.IsConnected), "the client sees the server go");
            (await client.SendAsync(Prepare(), default)).Code.ShouldBe(IlpErrorCode.PeerUnreachable);
        }
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_such_and_never_shown()
    {
        await using var server = new BtpTestServer();
        var client = Client(server.UrlWith("wrong-hush"));
        var status = await client.ConnectAsync(default);

        status.State.ShouldBe(BtpClientState.Waiting);
        status.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.AuthenticationRefused);
        status.LastEnd.Detail.ShouldContain("invalid user or auth_token");
        status.ToString().ShouldNotContain("hush");
        client.IsConnected.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_repeats_the_secret_is_not_quoted_with_it()
    {
        await using var listener = WebSocketListener.Start((socket, _) => AnswerNextAsync(socket, requestId =>
        {
            var error = new System.Buffers.ArrayBufferWriter<byte>();
            error.WriteError(requestId, BtpError.NotAccepted("incorrect token=hush", default), []);
            return error.WrittenSpan.ToArray();
        }));
        var status = await Client(Url(listener.Port)).ConnectAsync(default);
        status.LastEnd!.Detail.ShouldBe("NotAcceptedError incorrect token=***");
    }

    [Fact]
    public async Task A_server_that_is_no_WebSocket_server_is_told_as_such()
    {
        await using var listener = WebSocketListener.StartBare(async stream =>
        {
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        });
        var status = await Client(Url(listener.Port)).ConnectAsync(default);
        status.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.NotAWebSocket);
        status.ToString().ShouldNotContain("hush");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_the_authentication_is_given_up_in_time()
    {
        await using var listener = WebSocketListener.Start(
            (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var client = Client(Url(listener.Port), Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        var status = await client.ConnectAsync(default);
        status.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.AuthenticationTimedOut);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        var connected = 0;
        await using var listener = WebSocketListener.Start(async (socket, stop) =>
        {
            connected++;
            await AcceptAnyoneAsync(socket);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var client = Client(Url(listener.Port), Quick with
        {
            Connection = new BtpOptions
            {
                KeepAliveInterval = TimeSpan.FromMilliseconds(100),
                KeepAliveTimeout = TimeSpan.FromMilliseconds(200),
            },
        });
        await client.WaitUntilConnectedAsync(default);
        await Deadline.UntilAsync(() => Task.FromResult(connected > 1), "the client connects again");
        client.Status.LastEnd!.Reason.ShouldBe(BtpDisconnectReason.ConnectionLost);
    }

    [Theory]
    [InlineData("0100000001020100", "an answer without an ILP packet", "T00")]
    [InlineData("02000000012c463030104e6f7441636365707465644572726f721332303138303130313030303030302e3132335a01780100",
        "an error", "T00")]
    public async Task An_answer_that_is_none_is_rejected_with_an_internal_error(string answer, string what, string code)
    {
        await using var listener = WebSocketListener.Start(async (socket, stop) =>
        {
            await AcceptAnyoneAsync(socket);
            await AnswerNextAsync(socket, requestId => SetRequestId(Convert.FromHexString(answer), requestId));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var client = Client(Url(listener.Port));
        await client.WaitUntilConnectedAsync(default);
        (await client.SendAsync(Prepare(), default)).Code.ToString().ShouldBe(code, what);
        client.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Pauses_between_attempts_grow_and_are_bounded()
    {
        var client = Client(Url(FreePort.Next()), Quick with { LongestPause = TimeSpan.FromMilliseconds(40) });
        var pauses = new List<TimeSpan>();
        var enough = new TaskCompletionSource();
        client.StatusChanged += (_, _) =>
        {
            if (client.Status.State != BtpClientState.Waiting)
                return;
            pauses.Add(client.Status.Pause);
            if (client.Status.Failures == 5)
                enough.TrySetResult();
        };
        client.Start();
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await client.DisposeAsync();

        pauses[0].ShouldBeInRange(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
        pauses[1].ShouldBeInRange(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
        pauses[4].ShouldBeInRange(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40));
        client.Status.State.ShouldBe(BtpClientState.Stopped);
    }

    private static async Task AcceptAnyoneAsync(WebSocket socket) => await AnswerNextAsync(
        socket, requestId => SetRequestId(Convert.FromHexString("0100000000020100"), requestId));

    private static async Task AnswerNextAsync(WebSocket socket, Func<uint, byte[]> answer)
    {
        var buffer = new byte[4096];
        var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
        BtpPacket.TryRead(buffer.AsMemory(0, message.Count), out var packet).ShouldBeTrue();
        await socket.SendAsync(answer(packet.RequestId), WebSocketMessageType.Binary, true, default);
    }

    private static byte[] SetRequestId(byte[] packet, uint requestId)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), requestId);
        return packet;
    }

    private static BtpUrl Url(int port, string secret = "hush") =>
        BtpUrl.TryParse($"btp+ws://:{secret}@127.0.0.1:{port}", out var url, out _) ? url : throw new FormatException();

    private BtpClient Client(BtpUrl url, BtpClientOptions? options = null) =>
        _client = new BtpClient(url, options ?? Quick);
}
