using System.Text;
using System.Threading.Channels;
using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Codius.Host.Pods;

/// <summary>
/// What the containers of a pod wrote, for pods whose uploader made it public: a line each, <c>container stdout
/// text</c>, and with <c>follow=true</c> a <c>ping</c> every second so that both sides know that the other is there.
/// </summary>
internal sealed class LogsEndpoint(PodRegistry pods, IPodRuntime runtime, TimeProvider time)
{
    private const string ContentType = "application/vnd.codius.raw-stream";
    private const int LinesAhead = 256;
    private const int MostShown = 64;
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(1);

    public async Task HandleAsync(HttpContext context, string hash)
    {
        if (!ManifestHash.TryParse(hash, out var manifest) || pods.Find(manifest) is not { } view)
        {
            var shown = hash.Length > MostShown ? hash[..MostShown] : hash;
            await ErrorResponse.WriteAsync(context, Failure.NotFound($"no pod found with this id. id={shown}"));
            return;
        }

        if (PodRights.RefuseLogs(context.Request, view) is { } refusal)
        {
            await ErrorResponse.WriteAsync(context, refusal);
            return;
        }

        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var query = new LogQuery(Follow: context.Request.Query["follow"] == "true");
        await context.Response.StartAsync(context.RequestAborted);
        if (query.Follow)
            await FollowAsync(context.Response, view.Record.Id, query, context.RequestAborted);
        else
            await CopyAsync(context.Response, view.Record.Id, query, context.RequestAborted);
    }

    private async Task CopyAsync(
        HttpResponse response, PodId id, LogQuery query, CancellationToken cancellationToken)
    {
        await foreach (var line in runtime.ReadLogsAsync(id, query, cancellationToken))
            await response.WriteAsync(Format(line), cancellationToken);
    }

    // Lines and pings come from two sides and must not be torn: one loop writes both.
    private async Task FollowAsync(
        HttpResponse response, PodId id, LogQuery query, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var texts = Channel.CreateBounded<string>(LinesAhead);
        var reading = ReadAsync(id, query, texts.Writer, ended.Token);
        var pinging = PingAsync(texts.Writer, ended.Token);
        try
        {
            await foreach (var text in texts.Reader.ReadAllAsync(cancellationToken))
            {
                await response.WriteAsync(text, cancellationToken);
                if (texts.Reader.Count == 0)
                    await response.Body.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The follower has gone, which is how following ends.
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(reading, pinging);
        }
    }

    private async Task ReadAsync(
        PodId id, LogQuery query, ChannelWriter<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in runtime.ReadLogsAsync(id, query, cancellationToken))
                await texts.WriteAsync(Format(line), cancellationToken);
            texts.TryComplete();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException or IOException)
        {
            texts.TryComplete();
        }
    }

    private async Task PingAsync(ChannelWriter<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(PingInterval, time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await texts.WriteAsync("ping\n", cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // Nobody listens any more.
        }
    }

    private static string Format(LogLine line) =>
        new StringBuilder(line.Container)
            .Append(line.Stream == LogStream.Stdout ? " stdout " : " stderr ")
            .Append(line.Text).Append('\n').ToString();
}
