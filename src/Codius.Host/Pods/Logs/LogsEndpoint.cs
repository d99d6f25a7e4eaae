using System.Text;
using Codius.Core;
using Codius.Core.Manifests;
using Codius.Core.Pods;
using Codius.Host.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Codius.Host.Pods.Logs;

/// <summary>
/// What the containers of a pod wrote, for whoever started it, or for all if its manifest made it public: a line each,
/// <c>container stdout text</c>, and with <c>follow=true</c> a <c>ping</c> every second so that both sides know that
/// the other is there. <see cref="LogRequest"/> says what else can be asked for.
/// </summary>
internal sealed class LogsEndpoint(
    PodRegistry pods, IPodRuntime runtime, LogHub hub, PodNotes notes, TimeProvider time)
{
    private const string ContentType = "application/vnd.codius.raw-stream";
    private const int MostShown = 64;
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(1);
    private static readonly byte[] Ping = "ping\n"u8.ToArray();

    public async Task HandleAsync(HttpContext context, string hash)
    {
        if (!ManifestHash.TryParse(hash, out var manifest) || pods.Find(manifest) is not { } view)
        {
            var shown = hash.Length > MostShown ? hash[..MostShown] : hash;
            await ErrorResponse.WriteAsync(context, Failure.NotFound($"no pod found with this id. id={shown}"));
            return;
        }

        var refusal = PodRights.RefuseLogs(context.Request, view);
        LogRequest? wanted = null;
        if (refusal is not null || !LogRequest.Read(context.Request.Query).Succeeded(out wanted, out refusal))
        {
            await ErrorResponse.WriteAsync(context, refusal);
            return;
        }

        using var follower = wanted.Follow ? hub.Follow(view.Record.Id, manifest) : null;
        if (wanted.Follow && follower is null)
        {
            await ErrorResponse.WriteAsync(context, TooMany());
            return;
        }

        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(context.RequestAborted);
        await WriteAsync(context, new Answer(view.Record.Id, manifest, wanted, follower));
    }

    private async Task WriteAsync(HttpContext context, Answer answer)
    {
        var (gone, follower) = (context.RequestAborted, answer.Follower);
        try
        {
            if (follower is not null)
                await follower.Ready.WaitAsync(gone);
            var seen = await WritePastAsync(context.Response, answer, gone);
            if (follower is not null)
                await FollowAsync(context.Response, answer.Wanted, follower, seen, gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The reader has gone, which is how following ends.
        }
    }

    /// <summary>Writes what there is, and returns the last line's number of each container.</summary>
    private async Task<Dictionary<string, long>> WritePastAsync(
        HttpResponse response, Answer answer, CancellationToken cancellationToken)
    {
        var wanted = answer.Wanted;
        var seen = new Dictionary<string, long>();
        var last = new Queue<LogLine>();
        await foreach (var line in PastAsync(answer, cancellationToken))
        {
            seen[line.Container] = line.Number;
            if (!wanted.Wants(line))
                continue;
            if (wanted.Tail is not { } tail)
            {
                await response.Body.WriteAsync(new LogText(line).ToBytes(wanted.Timestamps), cancellationToken);
                continue;
            }

            last.Enqueue(line);
            if (last.Count > tail)
                last.Dequeue();
        }

        foreach (var line in last)
            await response.Body.WriteAsync(new LogText(line).ToBytes(wanted.Timestamps), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        return seen;
    }

    // The host's notes stand among the pod's lines by their time.
    private async IAsyncEnumerable<LogLine> PastAsync(
        Answer answer, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var said = new Queue<LogLine>(notes.Of(answer.Manifest));
        await foreach (var line in runtime.ReadLogsAsync(answer.Pod, new LogQuery(), cancellationToken))
        {
            while (said.TryPeek(out var note) && note.At < line.At)
                yield return said.Dequeue();
            yield return line;
        }

        foreach (var note in said)
            yield return note;
    }

    // Lines and pings must not be torn: one loop writes both.
    private async Task FollowAsync(
        HttpResponse response,
        LogRequest wanted,
        LogFollower follower,
        Dictionary<string, long> seen,
        CancellationToken cancellationToken)
    {
        await using var pinging = time.CreateTimer(
            static state => ((LogFollower)state!).Ping(), follower, PingInterval, PingInterval);
        await foreach (var text in follower.Waiting.ReadAllAsync(cancellationToken))
        {
            if (text is null)
                await response.Body.WriteAsync(Ping, cancellationToken);
            else if (IsNew(text.Line, seen, out var missed) && wanted.Wants(text.Line))
            {
                if (missed > 0)
                    await response.Body.WriteAsync(Missed(text.Line.Container, missed), cancellationToken);
                await response.Body.WriteAsync(text.ToBytes(wanted.Timestamps), cancellationToken);
            }

            if (follower.Waiting.Count == 0)
                await response.Body.FlushAsync(cancellationToken);
        }
    }

    private static bool IsNew(LogLine line, Dictionary<string, long> seen, out long missed)
    {
        var before = seen.GetValueOrDefault(line.Container);
        missed = line.Number - before - 1;
        if (line.Number <= before)
            return false;
        seen[line.Container] = line.Number;
        return true;
    }

    private static byte[] Missed(string container, long count) => Encoding.UTF8.GetBytes(
        $"{PodNotes.Writer} stderr {count} lines of {container} were left out, since they were read too slowly\n");

    private static Failure TooMany() => new(
        FailureKind.TooManyRequests, "too many follow the logs of this pod already", Blame.Caller, Retryable: true);

    private sealed record Answer(PodId Pod, ManifestHash Manifest, LogRequest Wanted, LogFollower? Follower);
}
