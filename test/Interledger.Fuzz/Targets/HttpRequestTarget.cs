using Interledger.Connector.Listeners;
using Interledger.Http;
using Interledger.Packets;
using Interledger.Tests.Links;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Interledger.Fuzz.Targets;

/// <summary>
/// What strangers and peers post, as an endpoint reads it. An input is a byte for method, token and media type, which
/// are mostly right, one for the length that is announced and for what follows, then the body.
/// </summary>
internal static class HttpRequestTarget
{
    private const int HeadLength = 2;

    private static readonly string?[] MediaTypes = ["application/octet-stream", "application/json", "", null];
    private static readonly byte[] Oversized = new byte[2 * IlpHttp.MaxBodySize];
    private static readonly IlpHttpEndpoint Endpoint = MakeEndpoint();

    public static FuzzTarget Create() => new(
        "http-request",
        [
            [0x31, 0, .. TestPackets.Prepare(86_400, new byte[50]).Packet.Span],
            [0x31, 1, .. TestPackets.Prepare(86_400, new byte[5], 6).Packet.Span],
        ],
        Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (input.Length < HeadLength)
            return;
        using var answer = new MemoryStream();
        var context = Request(input.Span[0], input.Span[1], input[HeadLength..]);
        context.Response.Body = answer;
        Endpoint.HandleAsync(context).GetAwaiter().GetResult();
        var status = context.Response.StatusCode;
        if (status is not (200 or 400 or 401 or 405 or 413 or 415))
            throw new InvalidOperationException($"it is answered {status}");
        if (IlpReply.TryRead(answer.ToArray(), out _) != (status == StatusCodes.Status200OK))
            throw new InvalidOperationException($"{status} does not go with the body");
    }

    private static DefaultHttpContext Request(byte kind, byte length, ReadOnlyMemory<byte> rest)
    {
        byte[] body = length == 0xfe ? [.. rest.Span, .. Oversized] : rest.ToArray();
        var context = new DefaultHttpContext();
        context.Request.Method = (kind & 0x0f) == 0 ? "GET" : "POST";
        context.Request.ContentType = MediaTypes[(kind & 0x30) == 0 ? kind >> 6 : 0];
        context.Request.Headers.Authorization = kind == 0xff ? "Bearer other" : "Bearer secret";
        context.Request.ContentLength = length switch { 0 => body.Length, 1 or 0xfe => null, _ => length * length };
        context.Request.Body = new MemoryStream(body);
        return context;
    }

    private static IlpHttpEndpoint MakeEndpoint()
    {
        var (tokens, link) = (new HttpTokens(), new HttpLink(new HttpLinkOptions()));
        tokens.Add("secret", link);
        link.OnPrepare(static (prepare, _) => ValueTask.FromResult(
            prepare.Amount % 2 == 0
                ? IlpReply.Fulfill(TestPackets.Fulfillment, prepare.Data.Span)
                : IlpReply.Reject(IlpErrorCode.Unreachable, prepare.Destination, "no")));
        return new IlpHttpEndpoint(
            tokens.AuthenticateAsync, new IlpHttpEndpointOptions(), NullLogger<IlpHttpEndpoint>.Instance);
    }
}
