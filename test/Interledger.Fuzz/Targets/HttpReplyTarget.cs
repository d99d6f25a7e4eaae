using System.Net;
using Interledger.Addresses;
using Interledger.Http;
using Interledger.Packets;
using Interledger.Tests.Links;

namespace Interledger.Fuzz.Targets;

/// <summary>
/// What a peer answers over HTTP, as a link reads it. An input is two bytes for the status, one for the size of the
/// pieces in which the body comes and for what is sent after it, then the body.
/// </summary>
internal static class HttpReplyTarget
{
    private const int HeadLength = 3;

    private static readonly IlpPrepare Prepare = TestPackets.Prepare(86_400);
    private static readonly byte[] Oversized = new byte[2 * IlpHttp.MaxBodySize];

    public static FuzzTarget Create() => new(
        "http-reply",
        [
            [1, 0, 255, .. IlpReply.Fulfill(TestPackets.Fulfillment, [1, 2, 3]).Packet.Span],
            [1, 0, 0, .. IlpReply.Reject(IlpErrorCode.Unreachable, IlpAddress.Parse("test.a"), "no", [4]).Packet.Span],
            [4, 0, 9, .. TestPackets.Prepare().Packet.Span],
        ],
        Read);

    private static void Read(ReadOnlyMemory<byte> input)
    {
        if (input.Length < HeadLength)
            return;
        var chosen = BitConverter.ToUInt16(input.Span);
        var status = 200 + (chosen % 4 == 0 ? chosen % 800 : 0);
        using var answers = new Answers(status, Body(input), input.Span[2]);
        var link = new HttpLink(
            new HttpLinkOptions { Endpoint = new Uri("http://127.0.0.1/"), Token = "secret" }, answers, null);
        var reply = link.SendAsync(Prepare, default).AsTask().GetAwaiter().GetResult();
        link.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (reply.Packet.Length is 0 or > IlpHttp.MaxBodySize
            || (!reply.IsFulfill && reply.Code.ToString().Length != 3))
            throw new InvalidOperationException("the answer is no ILP packet");
        if (link.Status.State == HttpLinkState.Idle)
            throw new InvalidOperationException("the link does not know that it was answered");
    }

    private static byte[] Body(ReadOnlyMemory<byte> input) =>
        input.Span[2] == 0xfe ? [.. input.Span[HeadLength..], .. Oversized] : input.Span[HeadLength..].ToArray();

    private sealed class Answers(int status, byte[] body, byte piece) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StreamContent(new Pieces(body, piece + 1)),
            });
    }

    private sealed class Pieces(byte[] body, int piece) : MemoryStream(body)
    {
        // Its length is nobody's business: what is announced is another input.
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(piece * 64, buffer.Length)]));
    }
}
