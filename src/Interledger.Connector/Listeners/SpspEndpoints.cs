using Interledger.Spsp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Interledger.Connector.Listeners;

/// <summary>Who is to be paid at an SPSP endpoint.</summary>
/// <param name="Tag">Comes back with the connection that pays; anyone on the route can read it.</param>
/// <param name="Details">What to tell of the receiver besides.</param>
public sealed record SpspReceiver(string Tag = "", SpspDetails? Details = null);

/// <summary>SPSP (RFC 0009) as a route of a web application, which speaks HTTPS to the world.</summary>
public static class SpspEndpoints
{
    /// <summary>Answers who wants to pay.</summary>
    /// <param name="routes">The application's routes.</param>
    /// <param name="pattern">
    /// Such as <c>/.well-known/pay</c>, where a payment pointer of a host alone leads, or <c>/{account}</c>.
    /// </param>
    /// <param name="server">Makes addresses.</param>
    /// <param name="find">Whom a request is for; null if there is nobody. Without it all are for one.</param>
    public static IEndpointConventionBuilder MapSpsp(
        this IEndpointRouteBuilder routes,
        string pattern,
        SpspServer server,
        Func<HttpContext, SpspReceiver?>? find = null) =>
        routes.MapGet(pattern, context => AnswerAsync(context, server, find));

    private static Task AnswerAsync(
        HttpContext context, SpspServer server, Func<HttpContext, SpspReceiver?>? find)
    {
        var receiver = find is null ? new SpspReceiver() : find(context);
        var reply = receiver is null
            ? SpspServer.NotFound
            : server.Answer(Read(context.Request), receiver.Tag, receiver.Details);
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = SpspClient.MediaType;
        response.ContentLength = reply.Body.Length;
        response.Headers.CacheControl = SpspReply.CacheControl;
        // Payers in web pages ask too; there is nothing in the answer that would not be everybody's.
        response.Headers.AccessControlAllowOrigin = "*";
        return response.Body.WriteAsync(reply.Body, context.RequestAborted).AsTask();
    }

    private static SpspRequest Read(HttpRequest request) => new(Header(request, "Accept"), request.QueryString.HasValue)
    {
        ReceiptNonce = Header(request, "Receipt-Nonce"),
        ReceiptSecret = Header(request, "Receipt-Secret"),
    };

    // Several of a name are joined, as HTTP says; a nonce that came twice is then none.
    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
