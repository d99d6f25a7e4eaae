using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Codius.Core;

namespace Codius.Host.Runtime.Hyperd;

/// <summary>
/// hyperd's HTTP interface on its unix socket, asked as the original host asked it. A request that hyperd refuses is a
/// failure with hyperd's words; one that it does not answer is one of the host.
/// </summary>
internal sealed class HyperdClient : IDisposable
{
    /// <summary>hyperd's word for what it does not have, whichever request was made.</summary>
    private static readonly string[] Absences =
        ["not found", "No such", "can not find", "not exist", "manifest unknown"];

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;

    public HyperdClient(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        _http =
            new HttpClient(handler) { BaseAddress = new Uri("http://localhost/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public Task<Outcome<Done>> CreatePodAsync(UserPod pod, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(pod, HyperdJson.Plain.UserPod));
        content.Headers.ContentType = new("application/json");
        return OrderAsync(HttpMethod.Post, "pod/create", content, cancellationToken);
    }

    public Task<Outcome<Done>> StartPodAsync(HyperdId id, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, $"pod/start?podId={id}", content: null, cancellationToken);

    public Task<Outcome<Done>> PausePodAsync(HyperdId id, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, $"pod/pause?podId={id}", content: null, cancellationToken);

    public Task<Outcome<Done>> UnpausePodAsync(HyperdId id, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Post, $"pod/unpause?podId={id}", content: null, cancellationToken);

    public Task<Outcome<Done>> DeletePodAsync(HyperdId id, CancellationToken cancellationToken) =>
        OrderAsync(HttpMethod.Delete, $"pod?podId={id}", content: null, cancellationToken);

    /// <summary>Sends a signal to all processes of a container.</summary>
    public Task<Outcome<Done>> KillAsync(
        HyperdId id, string containerId, int signal, CancellationToken cancellationToken) =>
        OrderAsync(
            HttpMethod.Post,
            $"pod/kill?podName={id}&container={Uri.EscapeDataString(containerId)}&signal={signal}",
            content: null,
            cancellationToken);

    public Task<Outcome<PodInfo>> GetPodAsync(HyperdId id, CancellationToken cancellationToken) =>
        AskAsync($"pod/info?podName={id}", HyperdJson.Plain.PodInfo, cancellationToken);

    public Task<Outcome<PodList>> ListPodsAsync(CancellationToken cancellationToken) =>
        AskAsync("list?item=pod", HyperdJson.Plain.PodList, cancellationToken);

    public Task<Outcome<PodUsage>> GetUsageAsync(HyperdId id, CancellationToken cancellationToken) =>
        AskAsync($"pod/stats?podId={id}", HyperdJson.Plain.PodUsage, cancellationToken);

    /// <summary>
    /// Has hyperd fetch an image; it answers with lines that tell how far it is, and perhaps why not.
    /// </summary>
    public async Task<Outcome<Done>> PullAsync(string image, CancellationToken cancellationToken)
    {
        var name = Uri.EscapeDataString(image).Replace("%40", "@").Replace("%3A", ":");
        var answer = await SendAsync(
            HttpMethod.Post, $"image/create?imageName={name}", content: null, cancellationToken);
        if (!answer.Succeeded(out var text, out var failure))
            return failure;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Read(line, HyperdJson.Plain.HyperdError)?.Error is { } error)
                return Refused(error);
        }

        return Done.Instance;
    }

    /// <summary>The log of a container as it is now, and with <paramref name="follow"/> as it grows.</summary>
    /// <exception cref="IOException">hyperd does not give it.</exception>
    public async Task<Stream> OpenLogAsync(string containerId, bool follow, CancellationToken cancellationToken)
    {
        var path = $"container/logs?container={Uri.EscapeDataString(containerId)}&stdout=true&stderr=true"
            + $"&follow={(follow ? "true" : "false")}&timestamps=true";
        try
        {
            var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"hyperd does not give the log: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Outcome<Done>> OrderAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(method, path, content, cancellationToken);
        if (!answer.Succeeded(out var text, out var failure))
            return failure;
        return Read(text, HyperdJson.Plain.HyperdAnswer) is { Code: not 0 } refused
            ? Refused(refused.Cause ?? $"code {refused.Code}")
            : Done.Instance;
    }

    private async Task<Outcome<T>> AskAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(HttpMethod.Get, path, content: null, cancellationToken);
        if (!answer.Succeeded(out var text, out var failure))
            return failure;
        return Read(text, type) is { } value ? value : Unavailable("hyperd's answer cannot be read");
    }

    private async Task<Outcome<string>> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerWithin);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            if (response.IsSuccessStatusCode)
                return text;
            var message = Read(text, HyperdJson.Plain.HyperdError)?.Message ?? text.Trim();
            return response.StatusCode == HttpStatusCode.NotFound ? Absent(message) : Refused(message);
        }
        catch (HttpRequestException e)
        {
            return Unavailable($"hyperd does not answer: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable($"hyperd did not answer within {AnswerWithin.TotalSeconds:0} seconds");
        }
    }

    private static T? Read<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Failure Refused(string message) =>
        Array.Exists(Absences, word => message.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? Absent(message)
            : new Failure(FailureKind.PodFailed, message, Blame.Pod);

    private static Failure Absent(string message) => Failure.NotFound(message);

    private static Failure Unavailable(string message) =>
        new(FailureKind.RuntimeUnavailable, message, Blame.Host, Retryable: true);
}
