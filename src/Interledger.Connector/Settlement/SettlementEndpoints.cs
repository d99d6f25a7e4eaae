using System.Net.Mime;
using Interledger.Packets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Interledger.Connector.Settlement;

/// <summary>
/// What settlement engines call (RFC 0038, section "Accounting System HTTP API"). Whoever reaches these can credit
/// accounts: they belong on an address that only the engines reach.
/// </summary>
public static class SettlementEndpoints
{
    internal const string IdempotencyKey = "Idempotency-Key";

    private const int LongestKey = 256;
    private const int LongestQuantity = 1024;

    /// <summary>Maps the two routes under <c>/accounts/{id}</c>.</summary>
    public static void MapSettlements(this IEndpointRouteBuilder routes, Settlements settlements)
    {
        routes.MapPost("/accounts/{id}/settlements", context => CreditAsync(context, settlements));
        routes.MapPost("/accounts/{id}/messages", context => SendMessageAsync(context, settlements));
    }

    private static async Task CreditAsync(HttpContext context, Settlements settlements)
    {
        if (context.Request.Headers[IdempotencyKey] is not [{ Length: > 0 and <= LongestKey } key])
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "An Idempotency-Key is missing.");
            return;
        }

        if (await SettlementBody.ReadQuantityAsync(context.Request, LongestQuantity) is not { } quantity)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The body is no quantity.");
            return;
        }

        switch (await settlements.CreditAsync(IdOf(context), key, quantity))
        {
            case SettlementCredit.Credited:
                context.Response.StatusCode = StatusCodes.Status201Created;
                await context.Response.WriteAsJsonAsync(
                    QuantityBody.Of(quantity), SettlementJson.Default.QuantityBody, cancellationToken: context.RequestAborted);
                break;
            case SettlementCredit.KeyReused:
                await RefuseAsync(context, StatusCodes.Status409Conflict, "The key was used for another quantity.");
                break;
            case SettlementCredit.TooLarge:
                await RefuseAsync(context, StatusCodes.Status400BadRequest, "The amount is too large.");
                break;
            default:
                await RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such account.");
                break;
        }
    }

    private static async Task SendMessageAsync(HttpContext context, Settlements settlements)
    {
        var message = await SettlementBody.ReadAsync(context.Request, SettlementEngineClient.MaxMessageLength);
        if (message is null)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "The message does not fit a packet.");
            return;
        }

        if (await settlements.SendMessageAsync(IdOf(context), message, context.RequestAborted) is not { } reply)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such account.");
            return;
        }

        // A final rejection is the engine's fault, any other may pass.
        context.Response.StatusCode = reply.IsFulfill ? StatusCodes.Status201Created
            : reply.Code.IsFinal ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway;
        context.Response.ContentType = MediaTypeNames.Application.Octet;
        await context.Response.Body.WriteAsync(reply.Data, context.RequestAborted);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static Task RefuseAsync(HttpContext context, int status, string words)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(words + "\n", context.RequestAborted);
    }
}
