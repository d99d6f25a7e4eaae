using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Codius.Conformance;

/// <summary>
/// What the recorded pod was: a server that answers with the request as it saw it, and greets WebSockets with hello.
/// </summary>
public sealed class EchoPod : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1 };
    private readonly IPEndPoint _endPoint;
    private TcpListener? _listener;

    public EchoPod(IPEndPoint endPoint)
    {
        _endPoint = endPoint;
        Start();
    }

    public IPAddress Address => _endPoint.Address;

    public void Start()
    {
        var listener = new TcpListener(_endPoint);
        listener.Start();
        _listener = listener;
        _ = ServeAsync(listener);
    }

    public void Stop() => _listener?.Stop();

    public void Dispose() => Stop();

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync());
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            if (request is not null)
                await stream.WriteAsync(Encoding.Latin1.GetBytes(AnswerTo(request)));
        }
        catch (IOException)
        {
            // Who asked has gone.
        }
    }

    private static async Task<RecordedMessage?> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[16384];
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                continue;
            var request = RecordedMessage.Parse(text.ToString());
            if (request.Body.Length.ToString(CultureInfo.InvariantCulture) == (request.Header("Content-Length") ?? "0"))
                return request;
        }
    }

    private static string AnswerTo(RecordedMessage request)
    {
        if (request.Header("Upgrade") is not null)
            return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello";
        var line = request.StartLine.Split(' ');
        var headers = request.Headers.Select(
            header => KeyValuePair.Create(header.Key.ToLowerInvariant(), (JsonNode?)header.First()));
        var body = new JsonObject
        {
            ["method"] = line[0],
            ["url"] = line[1],
            ["headers"] = new JsonObject(headers),
            ["body"] = request.Body,
        }.ToJsonString(Indented);
        return $"HTTP/1.1 200 OK\r\nx-pod: yes\r\nconnection: close\r\ncontent-length: {body.Length}\r\n\r\n{body}";
    }
}
