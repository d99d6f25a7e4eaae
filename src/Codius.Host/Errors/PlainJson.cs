using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Codius.Host.Errors;

/// <summary>
/// How the host writes JSON: camel case, absent instead of null, quotes and letters as the original has them.
/// </summary>
public static class PlainJson
{
    /// <summary>Options of its own for each source-generated context.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The answers say that they are JSON, and are never taken for HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
