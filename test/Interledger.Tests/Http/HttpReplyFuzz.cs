using System.Net;
using Interledger.Http;
using Interledger.Packets;
using Shouldly;

namespace Interledger.Tests.Http;

/// <summary>What a peer answers, as a link reads it.</summary>
public static class HttpReplyFuzz
{
    /// <summary>What of an input is not the body.</summary>
    public const int HeadLength = 3;

    private static readonly IlpPrepare Prepare = Links.TestPackets.Prepare(86_400);

    /// <summary>
    /// One input: two bytes for the status, one for the size of the pieces in which the body comes, then the body.
    /// </summary>
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeadLength)
            return;
        var status = 200 + (BitConverter.ToUInt16(input) % 4 == 0 ? BitConverter.ToUInt16(input) % 800 : 0);
        using var answers = new Answers(status, input[HeadLength..].ToArray(), input[2]);
        var link = new HttpLink(
            new HttpLinkOptions { Endpoint = new Uri("http://127.0.0.1/"), Token = "secret" }, answers, null);
        var reply = link.SendAsync(Prepare, default).AsTask().GetAwaiter().GetResult();
        reply.Packet.Length.ShouldBeInRange(1, IlpHttp.MaxBodySize);
        if (!reply.IsFulfill)
            reply.Code.ToString().Length.ShouldBe(3);
        link.Status.State.ShouldNotBe(HttpLinkState.Idle);
        link.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

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
