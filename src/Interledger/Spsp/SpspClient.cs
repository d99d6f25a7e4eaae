using System.Net;
using Interledger.Receipts;

namespace Interledger.Spsp;

/// <summary>
/// Asks receivers where to pay them (RFC 0009). What networks and strangers do wrong comes back as a value.
/// </summary>
/// <param name="http">
/// Sends the requests. It must not follow redirects itself; <see cref="CreateHttpClient"/> makes one. Whoever asks on
/// behalf of strangers has it connect to public addresses only.
/// </param>
/// <param name="options">How to ask.</param>
/// <param name="time">The clock, or the system's.</param>
public sealed class SpspClient(HttpClient http, SpspClientOptions? options = null, TimeProvider? time = null)
{
    /// <summary>The media type of answers.</summary>
    public const string MediaType = "application/spsp4+json";

    internal const string NonceHeader = "Receipt-Nonce";
    internal const string SecretHeader = "Receipt-Secret";

    private readonly SpspClientOptions _options = options ?? new SpspClientOptions();

    /// <summary>A client for HTTP that neither follows redirects nor keeps cookies.</summary>
    public static HttpClient CreateHttpClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Asks whom a text names, as people type it: a payment pointer, or the URL of an endpoint.</summary>
    /// <param name="payee">Such as <c>$example.com/bob</c> or <c>https://example.com/bob</c>.</param>
    /// <param name="receipts">As with a payment pointer.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public Task<SpspResult> QueryAsync(
        string payee, ReceiptSetup? receipts = null, CancellationToken cancellationToken = default)
    {
        if (PaymentPointer.TryParse(payee, out var pointer))
            return QueryAsync(pointer, receipts, cancellationToken);
        return Uri.TryCreate(payee, UriKind.Absolute, out var endpoint)
            ? QueryAsync(endpoint, receipts, cancellationToken)
            : Task.FromResult(Fail(SpspErrorKind.InvalidEndpoint, "this is neither a payment pointer nor a URL"));
    }

    /// <summary>Asks whom a payment pointer names.</summary>
    /// <param name="pointer">The payment pointer.</param>
    /// <param name="receipts">
    /// Asks for receipts, for a verifier that stands between payer and receiver (RFC 0039, section "SPSP").
    /// </param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public Task<SpspResult> QueryAsync(
        PaymentPointer pointer, ReceiptSetup? receipts = null, CancellationToken cancellationToken = default) =>
        QueryAsync(pointer.Endpoint, receipts, cancellationToken);

    /// <summary>Asks at the URL of an endpoint.</summary>
    /// <param name="endpoint">Where; HTTPS, without a query.</param>
    /// <param name="receipts">As with a payment pointer.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public async Task<SpspResult> QueryAsync(
        Uri endpoint, ReceiptSetup? receipts = null, CancellationToken cancellationToken = default)
    {
        if (!MayAsk(endpoint))
            return Fail(SpspErrorKind.InvalidEndpoint, $"{endpoint} is no HTTPS URL without a query");
        using var deadline = new CancellationTokenSource(_options.Timeout, time ?? TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await FollowAsync(endpoint, receipts, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(SpspErrorKind.TimedOut, $"{endpoint.Authority} did not answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return e is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }
                ? Fail(SpspErrorKind.InvalidAnswer, $"the answer of {endpoint.Authority} is too long")
                : Fail(SpspErrorKind.Unreachable, $"cannot reach {endpoint.Authority}: {e.Message}");
        }
    }

    private async Task<SpspResult> FollowAsync(
        Uri endpoint, ReceiptSetup? receipts, CancellationToken cancellationToken)
    {
        var url = endpoint;
        for (var redirects = 0; ; redirects++)
        {
            using var request = NewRequest(url, receipts);
            using var response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!IsRedirect(response.StatusCode))
                return await ReadAsync(url, response, cancellationToken);
            if (redirects >= _options.MaxRedirects || response.Headers.Location is not { } location
                || !Uri.TryCreate(url, location, out var next) || !MayAsk(next)
                || (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
                return Fail(SpspErrorKind.BadRedirect, $"{url.Authority} sends us on too often, or to no HTTPS URL");
            url = next;
        }
    }

    private async Task<SpspResult> ReadAsync(
        Uri url, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.NotFound)
            return Fail(SpspErrorKind.NotFound, $"there is no receiver at {url}", status);
        if (!response.IsSuccessStatusCode)
            return Fail(SpspErrorKind.Refused, $"{url.Authority} answered with status {status}", status);
        await response.Content.LoadIntoBufferAsync(_options.MaxAnswerLength, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!SpspAnswer.TryRead(body, out var answer))
            return Fail(SpspErrorKind.InvalidAnswer, $"{url.Authority} does not say where to pay", status);
        var cache = response.Headers.CacheControl;
        return new SpspResult(answer, null)
        {
            Endpoint = url,
            MaxAge = cache is { NoCache: false, NoStore: false } ? cache.MaxAge : null,
        };
    }

    private static HttpRequestMessage NewRequest(Uri url, ReceiptSetup? receipts)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd(MediaType);
        if (receipts is not null)
        {
            request.Headers.Add(NonceHeader, Convert.ToBase64String(receipts.Nonce.Span));
            request.Headers.Add(SecretHeader, Convert.ToBase64String(receipts.Secret.Span));
        }

        return request;
    }

    // RFC 0009, "Specification": over HTTPS, and never with a query.
    private bool MayAsk(Uri url) =>
        url is { IsAbsoluteUri: true, Query: "", UserInfo: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (_options.AllowHttp && url.Scheme == Uri.UriSchemeHttp));

    private static bool IsRedirect(HttpStatusCode status) => status is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static SpspResult Fail(SpspErrorKind kind, string message, int status = 0) =>
        new(null, new SpspError(kind, message, status));
}
