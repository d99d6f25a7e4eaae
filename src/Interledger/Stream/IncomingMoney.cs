namespace Interledger.Stream;

/// <summary>Money of one packet for one stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Amount">What the packet brings to it, in minor units of the receiver.</param>
/// <param name="TotalReceivedBefore">What the stream had received before.</param>
public sealed record IncomingShare(MoneyStream Stream, ulong Amount, ulong TotalReceivedBefore);

/// <summary>
/// The money of a packet that has arrived and can be fulfilled. Until there is a decision the sender waits and nothing
/// has moved. A packet of the known senders brings money for one stream; <see cref="Shares"/> has all of them.
/// </summary>
public sealed class IncomingMoney
{
    internal IncomingMoney(
        StreamConnection connection,
        IReadOnlyList<IncomingShare> shares,
        ulong packetAmount,
        ulong sequence,
        DateTimeOffset expiresAt)
    {
        Connection = connection;
        Shares = shares;
        PacketAmount = packetAmount;
        Sequence = sequence;
        ExpiresAt = expiresAt;
    }

    /// <summary>The connection it came on.</summary>
    public StreamConnection Connection { get; }

    /// <summary>The stream it is for.</summary>
    public MoneyStream Stream => Shares[0].Stream;

    /// <summary>The number of that stream.</summary>
    public ulong StreamId => Stream.Id;

    /// <summary>What it brings to that stream, in minor units.</summary>
    public ulong Amount => Shares[0].Amount;

    /// <summary>What that stream had received before; money that waits for a decision is not part of it.</summary>
    public ulong TotalReceivedBefore => Shares[0].TotalReceivedBefore;

    /// <summary>All streams that the packet has money for; nearly always one.</summary>
    public IReadOnlyList<IncomingShare> Shares { get; }

    /// <summary>The amount of the packet: the sum of its shares.</summary>
    public ulong PacketAmount { get; }

    /// <summary>The packet's number on this connection; no two packets have the same.</summary>
    public ulong Sequence { get; }

    /// <summary>When the sender stops waiting. A later acceptance is refused.</summary>
    public DateTimeOffset ExpiresAt { get; }
}

/// <summary>
/// Decides about money. It may take as long as the packet lives; other packets of the connection are answered
/// meanwhile, but the money of a connection is decided one packet after the other, in the order of its coming. The
/// token is cancelled shortly before the packet expires, when the link is lost and when the connection ends: then
/// nobody may be there for the answer any more. A handler that ends by that cancellation rejects temporarily.
/// </summary>
public delegate ValueTask<MoneyDecision> MoneyHandler(IncomingMoney money, CancellationToken cancellationToken);
