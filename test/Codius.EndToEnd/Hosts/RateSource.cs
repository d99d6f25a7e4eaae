using System.Net;
using System.Text;
using Codius.Testing.Processes;

namespace Codius.EndToEnd.Hosts;

/// <summary>Says what money is worth: whatever a test wants, or nothing.</summary>
internal sealed class RateSource : IDisposable
{
    private readonly HttpListener _http = new();
    private volatile string? _rate;

    public RateSource()
    {
        _http.Prefixes.Add(Url);
        _http.Start();
        _ = ServeAsync();
    }

    public string Url { get; } = $"http://127.0.0.1:{FreePort.Next()}/";

    /// <summary>Null while it is out of order.</summary>
    public string? Rate
    {
        get => _rate;
        set => _rate = value;
    }

    public void Dispose() => _http.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var response = (await _http.GetContextAsync()).Response;
                response.StatusCode = Rate is null ? 503 : 200;
                response.ContentType = "application/json";
                response.Close(Encoding.UTF8.GetBytes($$$"""{"data":{"amount":"{{{Rate}}}"}}"""), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
