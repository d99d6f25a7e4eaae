using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Http;

public sealed partial class HttpLink
{
    private const int MaxHeadersKilobytes = 16;

    private static readonly MediaTypeHeaderValue OctetStream = new(IlpHttp.MediaType);

    private AuthenticationHeaderValue? _authorization;
    private int _outstanding;

    /// <summary>
    /// Posts a Prepare (RFC 0035, section "Request") and waits for the answer until the packet expires. The outcome of
    /// a packet whose connection breaks is not known; it is answered T01 and never sent again by itself, as the peer
    /// may have counted it already.
    /// </summary>
    public async ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken)
    {
        if (!IsConnected)
            return LinkAnswers.NotConnected;
        var left = LinkAnswers.TimeLeft(prepare, _time);
        if (left <= TimeSpan.Zero)
            return LinkAnswers.TimedOut;
        if (Interlocked.Increment(ref _outstanding) > _options.MaxOutstanding)
        {
            Interlocked.Decrement(ref _outstanding);
            return LinkAnswers.Busy;
        }

        try
        {
            return await PostAsync(prepare, left, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    /// <summary>Sends another token from the next packet on, when the peer has changed ours.</summary>
    /// <exception cref="ArgumentException">It cannot stand in a header.</exception>
    public void UseToken(string token)
    {
        if (!IlpHttp.IsToken(token))
            throw new ArgumentException("A token is a text of visible ASCII characters.", nameof(token));
        Volatile.Write(ref _authorization, new AuthenticationHeaderValue(IlpHttp.Scheme, token));
    }

    private async ValueTask<IlpReply> PostAsync(
        IlpPrepare prepare, TimeSpan left, CancellationToken cancellationToken)
    {
        using var expired = new CancellationTokenSource(left, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            expired.Token, cancellationToken, _closed.Token);
        HttpOutcome outcome;
        try
        {
            using var request = RequestFor(prepare);
            using var response = await _http!.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            outcome = response.StatusCode == HttpStatusCode.OK
                ? await ReadAsync(response.Content, stop.Token)
                : HttpOutcome.Of(response.StatusCode);
        }
        catch (Exception e) when (stop.IsCancellationRequested && IsOfNetwork(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _closed.IsCancellationRequested ? LinkAnswers.NotConnected : LinkAnswers.TimedOut;
        }
        catch (Exception e) when (IsOfNetwork(e))
        {
            outcome = Explain(e);
        }

        Learn(outcome);
        return outcome.Reply;
    }

    // The packet is copied: its sender may use the buffer again while a request that was given up is still being torn
    // down.
    private HttpRequestMessage RequestFor(IlpPrepare prepare)
    {
        var content = new ByteArrayContent(prepare.Packet.ToArray());
        content.Headers.ContentType = OctetStream;
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Authorization = Volatile.Read(ref _authorization);
        return request;
    }

    private static async ValueTask<HttpOutcome> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > IlpHttp.MaxBodySize)
            return HttpOutcome.TooLarge;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = await HttpBody.ReadAsync(
            stream, content.Headers.ContentLength, IlpHttp.MaxBodySize, cancellationToken);
        return body is null ? HttpOutcome.TooLarge : HttpOutcome.Read(body.Value);
    }

    private static bool IsOfNetwork(Exception e) =>
        e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    private static HttpOutcome Explain(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }
            or HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } => HttpOutcome.NotHttp,
        _ => HttpOutcome.Unreachable(e.InnerException?.Message ?? e.Message),
    };

    // Redirects are not followed: the token and the money would go to whom we do not know.
    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns it.")]
    private static SocketsHttpHandler ConnectionsFor(HttpLinkOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy that the environment names is for the world outside.
        UseProxy = options.Endpoint is { IsAbsoluteUri: true, IsLoopback: false },
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = options.IdleTimeout,
        PooledConnectionLifetime = options.ConnectionLifetime,
        MaxConnectionsPerServer = options.MaxOutstanding,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = MaxHeadersKilobytes,
        // What is not read of an answer is not worth reading: the connection is closed instead.
        MaxResponseDrainSize = 0,
        ActivityHeadersPropagator = null,
    };
}
