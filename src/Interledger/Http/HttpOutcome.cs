using System.Net;
using Interledger.Links;
using Interledger.Packets;

namespace Interledger.Http;

/// <summary>What came of a request: the answer to the packet, and what it says about the peer.</summary>
internal readonly record struct HttpOutcome(IlpReply Reply, HttpLinkState State, string Detail = "")
{
    /// <summary>
    /// Reads the body of a 200 (RFC 0035, section "Response"). Its media type does not matter: a packet is known by its
    /// bytes, and a fulfilment that we did not take for one would be money that the peer counts and we do not.
    /// </summary>
    public static HttpOutcome Read(ReadOnlyMemory<byte> body) => IlpReply.TryRead(body, out var reply)
        ? new HttpOutcome(reply, HttpLinkState.Working)
        : new HttpOutcome(LinkAnswers.Nonsense, HttpLinkState.NotIlp, "the body of the answer is no ILP packet");

    /// <summary>A 200 whose body is larger than any packet.</summary>
    public static HttpOutcome TooLarge { get; } =
        new(LinkAnswers.Nonsense, HttpLinkState.NotIlp, "the body of the answer is too large for an ILP packet");

    /// <summary>Something that is not HTTP, or headers without end.</summary>
    public static HttpOutcome NotHttp { get; } =
        new(LinkAnswers.Nonsense, HttpLinkState.NotIlp, "the answer is not proper HTTP");

    /// <summary>No connection, or one that broke.</summary>
    public static HttpOutcome Unreachable(string words) =>
        new(LinkAnswers.NotConnected, HttpLinkState.Unreachable, PeerText.OneLine(words));

    /// <summary>
    /// An answer without a packet (RFC 0035, section "Response": other statuses are for the connector to map).
    /// </summary>
    public static HttpOutcome Of(HttpStatusCode status)
    {
        var words = $"the peer answered HTTP {(int)status}";
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Refused(
                IlpErrorCode.PeerUnreachable, HttpLinkState.TokenRefused, "the peer does not accept our token", words),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => Refused(
                IlpErrorCode.PeerBusy, HttpLinkState.Unavailable, "the peer is busy", words),
            HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => Refused(
                IlpErrorCode.PeerUnreachable, HttpLinkState.Unavailable, "the peer is down", words),
            >= HttpStatusCode.InternalServerError => Refused(
                IlpErrorCode.InternalError, HttpLinkState.Unavailable, "the peer failed", words),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestTimeout or HttpStatusCode.RequestEntityTooLarge =>
                Refused(IlpErrorCode.InternalError, HttpLinkState.NotIlp, "the peer refused the packet", words),
            _ => Refused(IlpErrorCode.PeerUnreachable, HttpLinkState.NotIlp, "no ILP is spoken there", words),
        };
    }

    private static HttpOutcome Refused(IlpErrorCode code, HttpLinkState state, string message, string detail) =>
        new(IlpReply.Reject(code, message: message), state, detail);
}
