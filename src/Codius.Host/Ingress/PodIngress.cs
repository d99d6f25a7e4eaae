using System.Net;
using System.Net.Sockets;
using Codius.Core.Manifests;
using Codius.Host.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Codius.Host.Ingress;

/// <summary>
/// Passes every request that is addressed to a pod on to it, and everything else on to the host's routes. Statuses and
/// words of refusals are the original's.
/// </summary>
public sealed partial class PodIngress(
    RequestDelegate next,
    IHttpForwarder forwarder,
    IPodDirectory pods,
    PodConnections connections,
    IOptions<IngressOptions> options,
    TimeProvider time,
    ILogger<PodIngress> logger)
{
    private readonly ForwarderRequestConfig _http1 = Config(HttpVersion.Version11, options.Value);
    private readonly ForwarderRequestConfig _http2 = Config(HttpVersion.Version20, options.Value);

    public Task InvokeAsync(HttpContext context)
    {
        if (!PodHost.TryRead(context.Request.Host.Value, out var hash))
            return next(context);
        if (!pods.TryFind(hash, out var route))
            return RefuseUnknownAsync(context, hash);
        if (IsTunnel(context))
            return ErrorResponse.WriteAsync(context, StatusCodes.Status404NotFound);
        if (route.PausedUntil is { } until)
            return RefusePausedAsync(context, until);
        return route is { Address: { } address, Port: { } port }
            ? ForwardAsync(context, hash, new IPEndPoint(address, port), route.Closed)
            : RefuseClosedAsync(context);
    }

    private static Task RefuseUnknownAsync(HttpContext context, ManifestHash hash) => ErrorResponse.WriteAsync(
        context, StatusCodes.Status404NotFound, $"no pod with that hash found. hash={hash}");

    private static Task RefuseClosedAsync(HttpContext context) => ErrorResponse.WriteAsync(
        context, StatusCodes.Status503ServiceUnavailable, detail: "the pod serves no port now");

    private static Task RefusePausedAsync(HttpContext context, DateTimeOffset until) => ErrorResponse.WriteAsync(
        context,
        StatusCodes.Status402PaymentRequired,
        detail: $"the time of this pod is over; it is kept until {until.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z and goes on "
            + "when somebody pays for more");

    private async Task ForwardAsync(HttpContext context, ManifestHash hash, IPEndPoint pod, CancellationToken closed)
    {
        LiftLimits(context);
        using var timer = new FirstByteTimer(
            options.Value.FirstByteTimeout, time, context.RequestAborted, connections.Drained, closed);
        context.Request.Body = new ObservedBody(context.Request.Body, timer.BodyMoved);
        var error = await forwarder.SendAsync(
            context, $"http://{pod}/", connections.Client, ConfigFor(context), new PodTransformer(timer), timer.Token);
        if (error == ForwarderError.None)
            return;

        var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        LogNotForwarded(hash, error, exception?.Message);
        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
            return;
        context.Response.Clear();
        if (closed.IsCancellationRequested)
            await AnswerForClosedAsync(context, hash);
        else
            await ErrorResponse.WriteAsync(
                context, timer.HasExpired ? StatusCodes.Status504GatewayTimeout : StatusOf(error, exception));
    }

    /// <summary>Answers as though the request had come after the end that cut it off.</summary>
    private Task AnswerForClosedAsync(HttpContext context, ManifestHash hash)
    {
        if (!pods.TryFind(hash, out var route))
            return RefuseUnknownAsync(context, hash);
        return route.PausedUntil is { } until ? RefusePausedAsync(context, until) : RefuseClosedAsync(context);
    }

    /// <summary>gRPC needs HTTP/2 all the way; everything else is served by HTTP/1.1, which every pod speaks.</summary>
    private ForwarderRequestConfig ConfigFor(HttpContext context) =>
        HttpProtocol.IsHttp2(context.Request.Protocol)
        && context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            ? _http2
            : _http1;

    private static ForwarderRequestConfig Config(Version version, IngressOptions options) => new()
    {
        Version = version,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = options.IdleTimeout,
        AllowResponseBuffering = false,
    };

    /// <summary>A CONNECT asks for a tunnel to anywhere, unless it opens a WebSocket (RFC 8441).</summary>
    private static bool IsTunnel(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method)
        && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true };

    /// <summary>The host's limits are for its own routes: pods stream for as long and as slowly as they like.</summary>
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } upload)
            upload.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } download)
            download.MinDataRate = null;
    }

    private static int StatusOf(ForwarderError error, Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is TimeoutException or SocketException { SocketErrorCode: SocketError.TimedOut })
                return StatusCodes.Status504GatewayTimeout;
            if (e is SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable
                        or SocketError.NetworkUnreachable or SocketError.HostDown,
                })
                return StatusCodes.Status503ServiceUnavailable;
        }

        return error switch
        {
            ForwarderError.RequestTimedOut => StatusCodes.Status504GatewayTimeout,
            ForwarderError.RequestBodyClient or ForwarderError.RequestCreation => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status502BadGateway,
        };
    }
}
