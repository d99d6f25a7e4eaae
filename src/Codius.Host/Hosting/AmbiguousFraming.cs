using Codius.Host.Errors;

namespace Codius.Host.Hosting;

/// <summary>
/// Refuses a request of which two readers could disagree where its body ends (RFC 9112, sections 6.1 and 6.3): the
/// server itself would take the right end, but a proxy before it may have taken another one, and what that took for a
/// body would be read as a request.
/// </summary>
public sealed class AmbiguousFraming(RequestDelegate next)
{
    /// <summary>What the server makes of a Content-Length beside a Transfer-Encoding.</summary>
    private const string SetAside = "X-Content-Length";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TransferEncoding is not { Count: > 0 } coding)
            return next(context);
        var isPlain = coding is [{ } only] && only.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        if (isPlain && !headers.ContainsKey(SetAside))
            return next(context);
        context.Response.Headers.Connection = "close";
        return ErrorResponse.WriteAsync(
            context,
            StatusCodes.Status400BadRequest,
            "a body ends by Content-Length or by Transfer-Encoding: chunked, the only coding known here");
    }
}
