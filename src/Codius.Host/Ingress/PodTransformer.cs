using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Codius.Host.Ingress;

/// <summary>What a request to a pod and its answer lose and gain on the way through the host.</summary>
public sealed class PodTransformer(FirstByteTimer timer) : HttpTransformer
{
    /// <summary>What only a proxy may say, and of all proxies only this one is asked.</summary>
    private static readonly string[] SaidByProxies =
    [
        "Forwarded", "Proxy", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
        "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL",
    ];

    public override async ValueTask TransformRequestAsync(
        HttpContext context, HttpRequestMessage request, string destination, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(context, request, destination, cancellationToken);
        RemoveNamedByConnection(context, request);
        foreach (var name in SaidByProxies)
            request.Headers.Remove(name);

        request.Headers.Host = context.Request.Host.Value;
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", ClientAddress(context));
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", context.Request.Host.Value);
        request.RequestUri = TargetAsSent(context, destination);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext context, HttpResponseMessage? response, CancellationToken cancellationToken)
    {
        if (response is not null)
            timer.Stop();
        var copied = await base.TransformResponseAsync(context, response, cancellationToken);
        var cookies = context.Response.Headers.SetCookie;
        if (cookies.Count > 0)
            context.Response.Headers.SetCookie = cookies.Select(c => SetCookie.WithoutDomain(c ?? "")).ToArray();
        return copied;
    }

    /// <summary>
    /// RFC 9110, section 7.6.1: a header that <c>Connection</c> names was meant for this hop. The server forgets the
    /// names when close, keep-alive or upgrade stand beside them.
    /// </summary>
    private static void RemoveNamedByConnection(HttpContext context, HttpRequestMessage request)
    {
        foreach (var line in context.Request.Headers.Connection)
        {
            foreach (var name in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                var stays = name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase)
                    || name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase);
                if (!stays && name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                    request.Headers.Remove(name);
            }
        }
    }

    private static string ClientAddress(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>
    /// Path and query byte for byte as the client sent them, since a pod may have signed them. Where that is not a
    /// plain path (absolute form, asterisk) the forwarder makes one of what the server understood.
    /// </summary>
    private static Uri? TargetAsSent(HttpContext context, string destination)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is null || !target.StartsWith('/') || !target.All(c => c is > ' ' and < '\x7f' and not '#'))
            return null;
        var verbatim = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return new Uri(destination.TrimEnd('/') + target, verbatim);
    }
}
