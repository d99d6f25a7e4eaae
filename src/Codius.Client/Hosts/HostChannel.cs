using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Codius.Client.Hosts;

/// <summary>Sends one request and reads its answer; what networks and hosts do wrong comes back as a value.</summary>
internal sealed class HostChannel(HttpClient http, Uri host, TimeProvider time)
{
    private const int MaxAnswerBytes = 4 * 1024 * 1024;
    private const int MaxMessageLength = 1000;

    public Uri Host => host;

    public HttpRequestMessage NewRequest(HttpMethod method, string pathAndQuery, byte[]? body = null)
    {
        var request = new HttpRequestMessage(method, new Uri(host, pathAndQuery))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        request.Headers.Accept.ParseAdd("application/codius-v1+json");
        request.Headers.UserAgent.ParseAdd("codius-dotnet/" + ThisVersion.Text);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    /// <summary>The whole answer, of any status, within <paramref name="timeout"/>.</summary>
    public async Task<HostReply> SendAsync(
        HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, stop.Token);
            var body = await response.Content.ReadAsByteArrayAsync(stop.Token);
            return new HostReply(
                (int)response.StatusCode,
                body,
                Header(response, "Pay"),
                Header(response, "Pay-Credit"),
                Header(response, "Pod-Capability"),
                response.Headers.Contains("Pay-Early"),
                Header(response, "Pay-Amount"));
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? new HostError(HostErrorKind.Cancelled, "cancelled")
                : new HostError(
                    HostErrorKind.TimedOut, $"{host.Authority} did not answer within {timeout.TotalSeconds:0} seconds");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Unreachable(e);
        }
    }

    public HostError Unreachable(Exception e) =>
        new(HostErrorKind.Unreachable, $"cannot reach {host.GetLeftPart(UriPartial.Authority)}: {Innermost(e)}");

    public static HostError ToError(HostReply reply)
    {
        var error = TryRead(reply.Body, HostJson.Default.ErrorJson, out var read) ? read : null;
        var message = error?.Message is { Length: > 0 } text
            ? SafeText.Clean(text, MaxMessageLength)
            : $"the host answered {reply.Status} without a reason";
        return new HostError(HostErrorKind.Refused, message, reply.Status)
        {
            MoneyMoved = Amount(error?.MoneyMoved),
            Refunded = Amount(error?.Refunded),
            Credited = Amount(error?.Credited),
        };
    }

    public static bool TryRead<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, out T? value)
        where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(json.Span, type);
        }
        catch (JsonException)
        {
            value = null;
        }

        return value is not null;
    }

    private static ulong? Amount(string? text) => ulong.TryParse(text, out var amount) ? amount : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }
}

/// <summary>An answer of any status, or the error in its place.</summary>
internal sealed record HostReply(
    int Status,
    ReadOnlyMemory<byte> Body,
    string? Pay = null,
    string? Credit = null,
    string? Capability = null,
    bool WaitsForPayer = false,
    string? Due = null)
{
    public HostError? Error { get; private init; }

    public static implicit operator HostReply(HostError error) => new(0, default) { Error = error };
}
