using Codius.Client.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Codius.Client.Tests.Testing;

/// <summary>A server on this machine that answers as a test says, and remembers what it was asked.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<AskedRequest> _asked = [];

    private StandIn(WebApplication app) => _app = app;

    public Uri Uri { get; private set; } = null!;

    public HttpClient Http { get; } = HostClient.CreateHttpClient();

    public IReadOnlyList<AskedRequest> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public static async Task<StandIn> StartAsync(Func<HttpContext, AskedRequest, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new StandIn(builder.Build());
        standIn._app.Run(context => standIn.AnswerAsync(context, answer));
        await standIn._app.StartAsync();
        standIn.Uri = new Uri(standIn._app.Urls.Single());
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, AskedRequest, Task> answer)
    {
        using var reader = new StreamReader(context.Request.Body);
        var asked = new AskedRequest(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            await reader.ReadToEndAsync(),
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()));
        lock (_asked)
            _asked.Add(asked);
        await answer(context, asked);
    }
}

internal sealed record AskedRequest(
    string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Token => Headers.GetValueOrDefault("Pay-Token");

    public string? Credit => Headers.GetValueOrDefault("Pay-Credit");
}
