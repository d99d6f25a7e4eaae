using Codius.Core;

namespace Codius.Host.Errors;

/// <summary>The one place that says which HTTP status a failure has.</summary>
public static class FailureStatus
{
    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.InvalidRequest => StatusCodes.Status400BadRequest,
        FailureKind.PaymentRequired => StatusCodes.Status402PaymentRequired,
        FailureKind.Forbidden => StatusCodes.Status403Forbidden,
        FailureKind.NotFound => StatusCodes.Status404NotFound,
        FailureKind.RequestTimeout => StatusCodes.Status408RequestTimeout,
        FailureKind.Conflict => StatusCodes.Status409Conflict,
        FailureKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        FailureKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        FailureKind.InvalidManifest => StatusCodes.Status422UnprocessableEntity,
        FailureKind.ImageNotFound => StatusCodes.Status422UnprocessableEntity,
        FailureKind.ImageRefused => StatusCodes.Status422UnprocessableEntity,
        FailureKind.TooManyRequests => StatusCodes.Status429TooManyRequests,
        FailureKind.ImageUnavailable => StatusCodes.Status503ServiceUnavailable,
        FailureKind.NoCapacity => StatusCodes.Status503ServiceUnavailable,
        FailureKind.RuntimeUnavailable => StatusCodes.Status503ServiceUnavailable,
        FailureKind.UplinkUnavailable => StatusCodes.Status503ServiceUnavailable,
        FailureKind.RateUnavailable => StatusCodes.Status503ServiceUnavailable,
        FailureKind.PodNotReady => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The original's word for a status.</summary>
    public static string WordOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Bad Request",
        StatusCodes.Status402PaymentRequired => "Payment Required",
        StatusCodes.Status403Forbidden => "Forbidden",
        StatusCodes.Status404NotFound => "Not Found",
        StatusCodes.Status408RequestTimeout => "Request Time-out",
        StatusCodes.Status409Conflict => "Conflict",
        StatusCodes.Status413PayloadTooLarge => "Request Entity Too Large",
        StatusCodes.Status415UnsupportedMediaType => "Unsupported Media Type",
        StatusCodes.Status422UnprocessableEntity => "Unprocessable Entity",
        StatusCodes.Status429TooManyRequests => "Too Many Requests",
        StatusCodes.Status502BadGateway => "Bad Gateway",
        StatusCodes.Status503ServiceUnavailable => "Service Unavailable",
        StatusCodes.Status504GatewayTimeout => "Gateway Time-out",
        _ => "Internal Server Error",
    };

    /// <summary>RFC 9457, section 3.1.1: identifies the kind of problem; nothing has to be found there.</summary>
    public static string TypeOf(FailureKind kind)
    {
        var name = string.Concat(kind.ToString().Select(
            c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));
        return "urn:codius:error:" + name[1..];
    }
}
