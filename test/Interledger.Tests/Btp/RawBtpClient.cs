using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Codius.Testing.Processes;
using Interledger.Btp;
using Shouldly;

namespace Interledger.Tests.Btp;

/// <summary>A client of a BTP test server that is under the test's control, byte by byte.</summary>
internal static class RawBtpClient
{
    /// <summary>A server that has little patience.</summary>
    public static BtpServerOptions Strict { get; } = new()
    {
        MaxUnauthenticated = 3,
        AuthenticationTimeout = TimeSpan.FromMilliseconds(300),
        Connection = new BtpOptions { CloseTimeout = TimeSpan.FromMilliseconds(300) },
    };

    public static async Task<BtpDisconnect> EndAsync(BtpTestServer server)
    {
        await Deadline.UntilAsync(() => Task.FromResult(server.Ends.Count > 0), "the connection ends");
        return server.Ends.First();
    }

    public static async Task<ClientWebSocket> OpenAsync(BtpTestServer server)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(server.Url.Server, default);
        return socket;
    }

    public static async Task<ClientWebSocket> AuthenticatedAsync(BtpTestServer server)
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

    public static ReadOnlyMemory<byte> Authentication(string secret)
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
    public static byte[] Frame(ReadOnlyMemory<byte> payload) =>
        [0x82, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload.Span];

    public static async Task UpgradeAsync(NetworkStream stream)
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
