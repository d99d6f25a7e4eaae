using System.Net;
using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Packets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Interledger.Connector.Tests.Listeners;

/// <summary>What strangers and peers post, as an endpoint reads it.</summary>
public static class IlpHttpFuzz
{
    /// <summary>What of an input is not the body.</summary>
    public const int HeadLength = 2;

    private static readonly string?[] MediaTypes = ["application/octet-stream", "application/json", "", null];

    private static readonly IlpHttpEndpoint Endpoint = MakeEndpoint();

    /// <summary>
    /// One input: a byte for method, token and media type, which are mostly right, one for the length that is
    /// announced, then the body.
    /// </summary>
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeadLength)
            return;
        var (kind, length) = (input[0], input[1]);
        var body = input[HeadLength..].ToArray();
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = (kind & 0x0f) == 0 ? "GET" : "POST";
        context.Request.ContentType = MediaTypes[(kind & 0x30) == 0 ? kind >> 6 : 0];
        context.Request.Headers.Authorization = kind == 0xff ? "Bearer other" : "Bearer secret";
        context.Request.ContentLength = length switch { 0 => body.Length, 1 => null, _ => length * length };
        context.Request.Body = new MemoryStream(body);
        context.Response.Body = answer;

        Endpoint.HandleAsync(context).GetAwaiter().GetResult();

        var status = (HttpStatusCode)context.Response.StatusCode;
        status.ShouldBeOneOf(
            HttpStatusCode.OK,
            HttpStatusCode.BadRequest,
            HttpStatusCode.Unauthorized,
            HttpStatusCode.MethodNotAllowed,
            HttpStatusCode.RequestEntityTooLarge,
            HttpStatusCode.UnsupportedMediaType);
        IlpReply.TryRead(answer.ToArray(), out _).ShouldBe(status == HttpStatusCode.OK);
    }

    private static IlpHttpEndpoint MakeEndpoint()
    {
        var (tokens, link) = (new HttpTokens(), new HttpLink(new HttpLinkOptions()));
        tokens.Add("secret", link);
        link.OnPrepare(static (prepare, _) => ValueTask.FromResult(
            prepare.Amount % 2 == 0
                ? IlpReply.Fulfill(ConnectorBench.Fulfillment, prepare.Data.Span)
                : IlpReply.Reject(IlpErrorCode.Unreachable, prepare.Destination, "no")));
        return new IlpHttpEndpoint(
            tokens.AuthenticateAsync, new IlpHttpEndpointOptions(), NullLogger<IlpHttpEndpoint>.Instance);
    }
}
