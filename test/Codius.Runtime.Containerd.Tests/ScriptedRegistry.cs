using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Codius.Testing.Processes;

namespace Codius.Runtime.Containerd.Tests;

internal sealed record RegistryRequest(string Path, string Host, string? Authorization);

internal sealed class RegistryResponse
{
    public int StatusCode { get; set; } = 200;

    public string Body { get; set; } = "";

    /// <summary>How a client can identify itself.</summary>
    public string? Challenge { get; set; }

    /// <summary>Whether the client waits for ever.</summary>
    public bool Never { get; set; }
}

/// <summary>An HTTP server on 127.0.0.1 that answers as a test says.</summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Action<RegistryRequest, RegistryResponse> _answer;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public ScriptedRegistry(Action<RegistryRequest, RegistryResponse> answer)
    {
        _answer = answer;
        Host = $"127.0.0.1:{FreePort.Next()}";
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Host { get; }

    /// <summary>Paths and queries that were asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        _listener.Abort();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Answer(context);
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var path = context.Request.RawUrl ?? "";
        _requests.Enqueue(path);
        var response = new RegistryResponse();
        _answer(new RegistryRequest(path, Host, context.Request.Headers["Authorization"]), response);
        if (response.Never)
            return;
        context.Response.StatusCode = response.StatusCode;
        if (response.Challenge is not null)
            context.Response.Headers["WWW-Authenticate"] = response.Challenge;
        var body = Encoding.UTF8.GetBytes(response.Body);
        context.Response.ContentLength64 = body.Length;
        context.Response.OutputStream.Write(body);
        context.Response.Close();
    }
}
