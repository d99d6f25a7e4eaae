using Interledger.Http;
using Interledger.Packets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Interledger.Connector.Listeners;

/// <summary>
/// Takes ILP packets by POST (RFC 0035) and hands them to the link of the account that the bearer token names. What is
/// no packet from one of these is refused before it is read: 405, 401, 415, 413, and 400, 408 or 503 where reading it
/// fails. Every packet is answered 200 with a packet, at the latest when it expires.
/// </summary>
public sealed partial class IlpHttpEndpoint(
    HttpAuthenticator authenticate,
    IlpHttpEndpointOptions options,
    ILogger<IlpHttpEndpoint> logger,
    TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private int _underWay;

    /// <summary>Serves one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "ILP packets are posted here.");
            return;
        }

        if (await FindLinkAsync(context) is not { } link)
        {
            LogRefusedToken(context.Connection.RemoteIpAddress);
            context.Response.Headers.WWWAuthenticate = IlpHttp.Scheme;
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "This takes a bearer token of an account.");
            return;
        }

        if (Interlocked.Increment(ref _underWay) > options.MaxRequests)
        {
            Interlocked.Decrement(ref _underWay);
            context.Response.Headers.RetryAfter = "1";
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many packets are under way.");
            return;
        }

        try
        {
            await AnswerAsync(context, link);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async ValueTask<HttpLink?> FindLinkAsync(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } value]
        && IlpHttp.TryReadToken(value, out var token)
            ? await authenticate(token.ToString(), context.RequestAborted)
            : null;

    private async Task AnswerAsync(HttpContext context, HttpLink link)
    {
        if (!IsOctetStream(context.Request))
        {
            await RefuseAsync(
                context, StatusCodes.Status415UnsupportedMediaType, $"The body has to be {IlpHttp.MediaType}.");
            return;
        }

        var body = await ReadBodyAsync(context);
        if (body.Refusal != 0)
        {
            await RefuseAsync(context, body.Refusal, body.Why);
        }
        else if (!IlpPrepare.TryRead(body.Bytes, out var prepare))
        {
            LogNotAPrepare(link);
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is no ILP Prepare.");
        }
        else
        {
            await WriteAsync(context, await link.ReceiveAsync(prepare, context.RequestAborted));
        }
    }

    // A compressed body may be of any size, and nobody compresses packets.
    private static bool IsOctetStream(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(IlpHttp.MediaType, StringComparison.OrdinalIgnoreCase)
        && request.Headers.ContentEncoding.Count == 0;

    private async ValueTask<Body> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > IlpHttp.MaxBodySize)
            return Body.TooLarge;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = IlpHttp.MaxBodySize;
        using var tooLong = new CancellationTokenSource(options.BodyTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, context.RequestAborted);
        try
        {
            var bytes = await HttpBody.ReadAsync(
                context.Request.Body, context.Request.ContentLength, IlpHttp.MaxBodySize, stop.Token);
            return bytes is null ? Body.TooLarge : new Body(bytes.Value);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Body.TooLarge;
        }
        catch (OperationCanceledException) when (tooLong.IsCancellationRequested)
        {
            return new Body(StatusCodes.Status408RequestTimeout, "The body took too long.");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return new Body(StatusCodes.Status400BadRequest, "The body breaks off.");
        }
    }

    private static async Task WriteAsync(HttpContext context, IlpReply reply)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return;
        context.Response.ContentType = IlpHttp.MediaType;
        context.Response.ContentLength = reply.Packet.Length;
        await WriteAsync(context, reply.Packet);
    }

    private static Task RefuseAsync(HttpContext context, int status, string words)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;
        var bytes = System.Text.Encoding.UTF8.GetBytes(words + "\n");
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        return WriteAsync(context, bytes);
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Gone already; there is nobody left to tell.
        }
    }

    private readonly record struct Body(ReadOnlyMemory<byte> Bytes, int Refusal = 0, string Why = "")
    {
        public Body(int refusal, string why)
            : this(default, refusal, why)
        {
        }

        public static Body TooLarge { get; } =
            new(StatusCodes.Status413PayloadTooLarge, "The body is larger than any ILP packet.");
    }
}
