using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Interledger.Connector.Settlement;

/// <summary>Reads bodies that are not longer than they may be.</summary>
internal static class SettlementBody
{
    /// <summary>The body, or null if it is longer.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int longest)
    {
        if (request.ContentLength > longest)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (body.Length + read > longest)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>The quantity in the body, or null if it is none.</summary>
    public static async Task<SettlementQuantity?> ReadQuantityAsync(HttpRequest request, int longest)
    {
        try
        {
            return await ReadAsync(request, longest) is { } body
                && JsonSerializer.Deserialize(body, SettlementJson.Default.QuantityBody) is { } read
                && read.TryRead(out var quantity)
                ? quantity
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
