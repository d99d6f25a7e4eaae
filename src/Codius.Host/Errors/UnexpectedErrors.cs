using Microsoft.AspNetCore.Connections;

namespace Codius.Host.Errors;

/// <summary>
/// The outermost step: what no code expected is logged with the identifier that the answer names, and the answer says
/// nothing else about it.
/// </summary>
public sealed partial class UnexpectedErrors(RequestDelegate next, ILogger<UnexpectedErrors> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException e) when (HasGone(context, e))
        {
            context.Abort();
        }
        catch (BadHttpRequestException e)
        {
            LogRefused(e.StatusCode, e.Message);
            await AnswerAsync(context, e.StatusCode, FailureStatus.WordOf(e.StatusCode));
        }
        catch (Exception e)
        {
            LogUnexpected(e, context.Request.Method, context.Request.Path, ErrorResponse.TraceIdOf(context));
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "An internal server error occurred");
        }
    }

    // A read of the body may learn of it before the token does.
    private static bool HasGone(HttpContext context, OperationCanceledException e) =>
        context.RequestAborted.IsCancellationRequested
        || e is ConnectionAbortedException || e.InnerException is ConnectionAbortedException;

    /// <summary>
    /// An answer that has begun cannot be changed: it is cut, so that nobody takes it for a whole one.
    /// </summary>
    private static async Task AnswerAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await ErrorResponse.WriteAsync(context, status, message);
    }
}
