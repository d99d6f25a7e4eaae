using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Codius.Host.Tests.Ingress;

public sealed class ProtocolTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_web_socket_carries_messages_both_ways_and_closes_in_order(bool http2)
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(EchoMessagesAsync);
        using var socket = await ConnectAsync(fixture, pod, http2);
        socket.SubProtocol.ShouldBe("codius.test");
        foreach (var size in new[] { 1, 125, 70_000, 1_000_000 })
        {
            var message = new byte[size];
            Random.Shared.NextBytes(message);
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None);
            (await ReceiveAsync(socket)).ShouldBe(message);
        }

        using var deadline = new CancellationTokenSource(Patience);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "enough", deadline.Token);
        socket.CloseStatusDescription.ShouldBe("bye");
    }

    [Fact]
    public async Task A_web_socket_that_the_pod_refuses_is_refused()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(context => context.Response.WriteAsync("no sockets here"));
        using var client = await RawClient.ConnectAsync(fixture.Host.Http);
        await client.SendAsync(
            $"GET /ws HTTP/1.1\r\nHost: {pod}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        (await client.ReadUntilAsync("no sockets here")).ShouldNotStartWith("HTTP/1.1 101");
    }

    [Fact]
    public async Task The_host_itself_has_no_web_sockets()
    {
        await using var fixture = await PodFixture.StartAsync();
        var answer = await RawClient.ExchangeAsync(
            fixture.Host.Http,
            "GET /ws HTTP/1.1\r\nHost: host.example:3000\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 404 ");
    }

    [Fact]
    public async Task A_web_socket_whose_pod_dies_is_cut()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("codius.test");
            await ReceiveAsync(socket);
            context.Abort();
        });
        using var socket = await ConnectAsync(fixture, pod, http2: false);
        await socket.SendAsync(new byte[1], WebSocketMessageType.Binary, true, CancellationToken.None);
        await Should.ThrowAsync<WebSocketException>(() => ReceiveAsync(socket));
    }

    [Fact]
    public async Task A_call_in_the_manner_of_grpc_streams_both_ways_and_ends_with_trailers()
    {
        await using var fixture = await PodFixture.StartAsync();
        var pod = await fixture.AddPodAsync(AddUpAsync, http2: true);
        using var client = fixture.CreateClient(pod, http2: true);
        var pipe = new System.IO.Pipelines.Pipe();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sum")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new DuplexContent(pipe.Reader),
        };
        request.Headers.Host = pod;
        request.Headers.TE.ParseAdd("trailers");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        await pipe.Writer.WriteAsync(Frame(1));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await answer.Content.ReadAsStreamAsync();
        for (var i = 1; i <= 5; i++)
        {
            var frame = new byte[9];
            await body.ReadExactlyAsync(frame).AsTask().WaitAsync(Patience);
            BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(5)).ShouldBe(i);
            if (i < 5)
                await pipe.Writer.WriteAsync(Frame(1));
        }

        await pipe.Writer.CompleteAsync();
        (await body.ReadAsync(new byte[1])).ShouldBe(0);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
    }

    [Fact]
    public async Task Http2_serves_the_hosts_own_routes_too()
    {
        await using var fixture = await PodFixture.StartAsync();
        using var client = fixture.Host.CreateClient(http2: true);
        using var answer = await client.GetAsync("/version");
        answer.Version.ShouldBe(HttpVersion.Version20);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static byte[] Frame(int value)
    {
        var frame = new byte[9];
        frame[4] = 4;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), value);
        return frame;
    }

    private static async Task AddUpAsync(HttpContext context)
    {
        context.Request.Protocol.ShouldBe("HTTP/2");
        context.Response.ContentType = "application/grpc";
        var frame = new byte[9];
        var sum = 0;
        while (await context.Request.Body.ReadAtLeastAsync(frame, 9, throwOnEndOfStream: false) == frame.Length)
        {
            sum += BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(5));
            await context.Response.Body.WriteAsync(Frame(sum));
            await context.Response.Body.FlushAsync();
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<ClientWebSocket> ConnectAsync(PodFixture fixture, string pod, bool http2)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("codius.test");
        socket.Options.HttpVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Host", pod);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false }, disposeHandler: false);
        var endPoint = http2 ? fixture.Host.H2c : fixture.Host.Http;
        await socket.ConnectAsync(new Uri($"ws://{endPoint}/ws"), invoker, CancellationToken.None).WaitAsync(Patience);
        return socket;
    }

    private static async Task EchoMessagesAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync("codius.test");
        while (await ReceiveAsync(socket) is { } message)
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
    }

    private static async Task<byte[]?> ReceiveAsync(WebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        var buffer = new byte[65536];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return message.ToArray();
        }
    }

    /// <summary>A body that is still written while the answer is read.</summary>
    private sealed class DuplexContent(System.IO.Pipelines.PipeReader reader) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            while (await reader.ReadAsync() is { IsCompleted: false } part)
            {
                foreach (var memory in part.Buffer)
                    await stream.WriteAsync(memory);
                await stream.FlushAsync();
                reader.AdvanceTo(part.Buffer.End);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
