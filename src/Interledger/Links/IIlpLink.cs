using Interledger.Packets;

namespace Interledger.Links;

/// <summary>
/// Answers a Prepare that came over a link. It always answers; what cannot be handled is rejected. The prepare's bytes
/// stay valid until the returned task has ended, and the answer may wait: a receiver that holds a payment simply does
/// not complete it before the packet's expiry comes near.
/// </summary>
/// <param name="prepare">What came.</param>
/// <param name="cancellationToken">Cancelled when the link has gone and nobody waits for the answer any more.</param>
public delegate ValueTask<IlpReply> IlpHandler(IlpPrepare prepare, CancellationToken cancellationToken);

/// <summary>
/// A way to send packets to a peer and to get packets from it: BTP, ILP over HTTP, or a call in memory.
/// </summary>
public interface IIlpLink : IAsyncDisposable
{
    /// <summary>Whether packets can be sent now.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Sends a Prepare and waits for its answer until it expires. It does not throw for what peers and networks do: a
    /// link that is down answers T01, a peer that does not answer in time R00, one that answers nonsense T00.
    /// </summary>
    ValueTask<IlpReply> SendAsync(IlpPrepare prepare, CancellationToken cancellationToken);

    /// <summary>Sets who answers what the peer sends. Until then everything is rejected with T01.</summary>
    void OnPrepare(IlpHandler handler);
}
