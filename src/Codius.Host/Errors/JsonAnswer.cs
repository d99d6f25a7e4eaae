using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Codius.Host.Errors;

/// <summary>Answers a request with JSON: of a known length, never cached, without a body to HEAD.</summary>
public static class JsonAnswer
{
    public const string ContentType = "application/json; charset=utf-8";

    public static async Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        var response = context.Response;
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-cache";
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(json, context.RequestAborted);
    }
}
