using Interledger.Connector.Pipeline;
using Interledger.Ildcp;
using Interledger.Packets;

namespace Interledger.Connector.PeerProtocols;

/// <summary>
/// Something that neighbours say to each other and not to the rest of the network: packets to addresses under
/// <c>peer.</c>, which are never passed on.
/// </summary>
public interface IPeerProtocol
{
    /// <summary>Whether the destination, which is under <c>peer.</c>, is one of this protocol's.</summary>
    bool IsFor(ReadOnlySpan<byte> destinationAscii);

    /// <summary>Answers; null if the account may not speak the protocol.</summary>
    ValueTask<IlpReply?> AnswerAsync(PacketContext packet);
}

/// <summary>What all peer protocols share.</summary>
internal static class PeerProtocol
{
    /// <summary>An answer that says nothing more than that all is well.</summary>
    public static IlpReply Done { get; } = IlpReply.Fulfill(IldcpRequest.Fulfillment);
}
