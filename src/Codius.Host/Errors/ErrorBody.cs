using System.Text.Json.Serialization;

namespace Codius.Host.Errors;

/// <summary>
/// What every refusal looks like: the three fields of the original first, then RFC 9457's and ours. Amounts are decimal
/// strings in the asset's minor units.
/// </summary>
public sealed record ErrorBody(
    int StatusCode,
    string Error,
    string Message,
    string Type,
    string? Detail,
    string? TraceId,
    string? Blame,
    bool? Retryable)
{
    /// <summary>What left the payer for this request, whatever became of it; only where money is involved.</summary>
    public string? MoneyMoved { get; init; }

    /// <summary>What of it went back.</summary>
    public string? Refunded { get; init; }

    /// <summary>What of it is kept for the payer to spend later.</summary>
    public string? Credited { get; init; }
}

[JsonSerializable(typeof(ErrorBody))]
public sealed partial class ErrorJson : JsonSerializerContext
{
    public static ErrorJson Plain { get; } = new(PlainJson.CreateOptions());
}
