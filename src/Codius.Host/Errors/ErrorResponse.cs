using System.Diagnostics;
using System.Text.Json;
using Codius.Core;
using Codius.Core.Leases;

namespace Codius.Host.Errors;

/// <summary>Answers a request with a refusal in the shape that existing clients read.</summary>
public static class ErrorResponse
{
    /// <summary>
    /// Answers with the status of the failure's kind. On a route that is paid for, <paramref name="money"/> says what
    /// moved.
    /// </summary>
    public static Task WriteAsync(HttpContext context, Failure failure, MoneyNote? money = null) =>
        WriteAsync(context, Describe(failure, money, TraceIdOf(context)));

    /// <summary>The same answer for the store, which gives it to whoever repeats the request.</summary>
    public static RecordedAnswer Record(Failure failure, MoneyNote? money)
    {
        var body = Describe(failure, money, traceId: null);
        return new RecordedAnswer(body.StatusCode, JsonSerializer.Serialize(body, ErrorJson.Plain.ErrorBody));
    }

    /// <summary>
    /// Answers with a status that no failure has: those of the ingress. The message defaults to the status' word.
    /// </summary>
    public static Task WriteAsync(HttpContext context, int status, string? message = null, string? detail = null)
    {
        var word = FailureStatus.WordOf(status);
        return WriteAsync(context, new ErrorBody(
            status, word, message ?? word, "about:blank", detail, TraceIdOf(context), Blame: null, Retryable: null));
    }

    /// <summary>What finds the request in the host's log.</summary>
    public static string TraceIdOf(HttpContext context) =>
        Activity.Current is { } activity ? activity.TraceId.ToHexString() : context.TraceIdentifier;

    private static ErrorBody Describe(Failure failure, MoneyNote? money, string? traceId)
    {
        var status = FailureStatus.Of(failure.Kind);
        return new ErrorBody(
            status,
            FailureStatus.WordOf(status),
            failure.Message,
            FailureStatus.TypeOf(failure.Kind),
            failure.Message,
            traceId,
            failure.Blame.ToString().ToLowerInvariant(),
            failure.Retryable)
        {
            MoneyMoved = money?.Moved.ToString(),
            Refunded = money?.Returned.ToString(),
            Credited = money is { Credited: var credited } && credited > 0 ? credited.ToString() : null,
        };
    }

    private static Task WriteAsync(HttpContext context, ErrorBody body)
    {
        context.Response.StatusCode = body.StatusCode;
        return JsonAnswer.WriteAsync(context, body, ErrorJson.Plain.ErrorBody);
    }
}
