using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Codius.Testing.Processes;
using Interledger.Stream;

namespace Codius.Interop.StreamPayments;

/// <summary>An HTTP endpoint that speaks the pay protocol of the original host, as small as can be.</summary>
internal sealed class PayEndpoint : IAsyncDisposable
{
    private readonly HttpListener _http = new();
    private readonly StreamServer _server;
    private readonly ulong _price;
    private readonly ConcurrentDictionary<string, MoneyStream> _streams = new();
    private readonly Task _serving;

    public PayEndpoint(Uplink uplink, ulong price, MoneyHandler onMoney)
    {
        _price = price;
        _server = uplink.Serve(connection =>
        {
            connection.OnMoney(onMoney);
            connection.OnStream(stream =>
            {
                _streams[connection.Tag] = stream;
                _ = stream.WriteAsync(new byte[] { 0xff });
            });
        });
        Url = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _http.Prefixes.Add(Url.ToString());
        _http.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    public IEnumerable<MoneyStream> Streams => _streams.Values;

    public async ValueTask DisposeAsync()
    {
        _http.Close();
        await _serving;
        await _server.DisposeAsync();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _http.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var token = context.Request.Headers["Pay-Token"]!.Replace('-', '+').Replace('_', '/') + "==";
        var tag = Convert.ToHexStringLower(Convert.FromBase64String(token));
        var status = 402;
        if (_streams.TryGetValue(tag, out var stream))
        {
            stream.SetReceiveMax(_price);
            status = await stream.WaitForReceivedAsync(_price) ? 200 : 503;
        }
        else
        {
            var credentials = _server.CreateCredentials(tag);
            var secret = Convert.ToBase64String(credentials.SharedSecret.Span);
            context.Response.Headers["Pay"] = $"interledger-stream {credentials.Address} {secret}";
        }

        context.Response.StatusCode = status;
        context.Response.Close(Encoding.UTF8.GetBytes($"status {status}"), willBlock: false);
    }
}
