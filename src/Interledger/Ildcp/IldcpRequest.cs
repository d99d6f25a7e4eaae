using Interledger.Addresses;
using Interledger.Packets;

namespace Interledger.Ildcp;

/// <summary>
/// The question of a child to its parent (RFC 0031): a Prepare of nothing to <c>peer.config</c>, whose condition is the
/// one that all peer protocols share, the hash of 32 zero bytes.
/// </summary>
public static class IldcpRequest
{
    private static readonly byte[] ZeroFulfillment = new byte[32];
    private static readonly byte[] ZeroCondition = System.Security.Cryptography.SHA256.HashData(ZeroFulfillment);

    /// <summary>Where requests are sent.</summary>
    public static IlpAddress Destination { get; } = IlpAddress.Parse("peer.config");

    /// <summary>The condition of a request.</summary>
    public static ReadOnlySpan<byte> Condition => ZeroCondition;

    /// <summary>The fulfilment of an answer.</summary>
    public static ReadOnlySpan<byte> Fulfillment => ZeroFulfillment;

    /// <summary>Makes a request.</summary>
    public static IlpPrepare Create(DateTimeOffset expiresAt) =>
        IlpPrepare.Create(0, expiresAt, Condition, Destination);

    /// <summary>Whether this is addressed as a request.</summary>
    public static bool IsRequest(IlpPrepare prepare) => prepare.DestinationAscii.SequenceEqual("peer.config"u8);

    /// <summary>
    /// Answers what <see cref="IsRequest"/>; one with another condition is no request and is rejected.
    /// </summary>
    public static IlpReply Answer(IlpPrepare request, IldcpInfo info, IlpAddress server) =>
        request.Condition.SequenceEqual(Condition)
            ? info.ToReply()
            : IlpReply.Reject(IlpErrorCode.BadRequest, server, "not the condition of a peer protocol");
}
