using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Interledger.Addresses;
using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Packets;

namespace Interledger.Connector.Tests.Listeners;

/// <summary>A listener with one account, whose token is "secret".</summary>
internal sealed class HttpTestServer : IAsyncDisposable
{
    private readonly IlpHttpListener _listener;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    private HttpTestServer(IlpHttpListener listener, HttpTokens tokens, HttpLink link)
    {
        (_listener, Tokens, Link) = (listener, tokens, link);
        Url = new Uri($"http://127.0.0.1:{listener.Port}/");
    }

    public HttpTokens Tokens { get; }

    public HttpLink Link { get; }

    public Uri Url { get; }

    public static async Task<HttpTestServer> StartAsync(
        IlpHttpEndpointOptions? options = null, HttpLinkOptions? link = null)
    {
        var (tokens, account) = (new HttpTokens(), new HttpLink(link ?? new HttpLinkOptions()));
        tokens.Add("secret", account);
        var listener = await IlpHttpListener.StartAsync(tokens.AuthenticateAsync, new IlpHttpListenerOptions
        {
            Port = 0,
            Endpoint = options ?? new IlpHttpEndpointOptions(),
        });
        return new HttpTestServer(listener, tokens, account);
    }

    /// <summary>A packet that 32 zero bytes fulfil.</summary>
    public static IlpPrepare Prepare(double seconds = 20, ReadOnlySpan<byte> data = default) => IlpPrepare.Create(
        100,
        TimeProvider.System.GetUtcNow().AddSeconds(seconds),
        ConnectorBench.Condition,
        IlpAddress.Parse("test.bench.bob"),
        data);

    /// <summary>A request that is right until it is changed.</summary>
    public HttpRequestMessage Request(ReadOnlyMemory<byte>? body = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Url)
        {
            Content = new ReadOnlyMemoryContent(body ?? Prepare().Packet),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

    /// <summary>Sends bytes and returns everything that comes until the connection ends or nothing more does.</summary>
    public async Task<string> SendRawAsync(string bytes, TimeSpan? silence = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Url.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var patience = new CancellationTokenSource(silence ?? TimeSpan.FromSeconds(1));
                var count = await stream.ReadAsync(buffer, patience.Token);
                if (count == 0)
                    break;
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // That was all.
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Link.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
