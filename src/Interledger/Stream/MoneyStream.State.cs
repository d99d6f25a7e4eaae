namespace Interledger.Stream;

// What the connection keeps of a stream. All of it is read and written under the connection's gate.
public sealed partial class MoneyStream
{
    // What JavaScript peers assume of each other before they have heard otherwise.
    private const ulong InitialPeerMaxData = 16384;

    private TaskCompletionSource<StreamClosure>? _completion;

    internal ChangeSignal Changed { get; } = new();

    internal StreamClosure? Closure { get; private set; }

    // Money out.
    internal ulong SendLimit { get; private set; }

    internal ulong Sent { get; private set; }

    internal ulong Delivered { get; private set; }

    internal ulong InFlight { get; private set; }

    internal ulong InFlightDelivery { get; private set; }

    /// <summary>What may have left without our knowing; see <see cref="InDoubt"/>.</summary>
    internal ulong InDoubtAmount { get; private set; }

    /// <summary>Whether what is in doubt is taken as sent, so that never more than the limit can have left.</summary>
    internal bool DoubtCounts { get; set; }

    /// <summary>How much is to arrive at the peer in all, in its units; null for as much as is sent.</summary>
    internal ulong? DeliveryLimit { get; set; }

    internal ulong? PeerReceiveLimit { get; private set; }

    internal ulong PeerReceived { get; private set; }

    // Money in.
    internal ulong ReceiveLimit { get; private set; }

    internal ulong Received { get; set; }

    internal ulong HeldAmount { get; set; }

    // Bytes.
    internal OutgoingData Outgoing { get; } = new();

    internal IncomingData Incoming { get; }

    internal ulong PeerMaxData { get; set; } = InitialPeerMaxData;

    // What the peer is to be told.
    internal bool IsAnnounced { get; set; }

    internal bool LimitsToTell { get; set; }

    /// <summary>Whether the peer has heard of the present <see cref="ReceiveLimit"/>.</summary>
    internal bool IsLimitKnown { get; set; }

    internal bool BlockedTold { get; set; }

    internal bool Closing { get; private set; }

    internal bool CloseToTell { get; set; }

    internal bool CloseTold { get; set; }

    /// <summary>What the peer would still take, in its units; null if it has not said.</summary>
    internal ulong? PeerRoom
    {
        get
        {
            if (PeerReceiveLimit is not { } limit)
                return null;
            var taken = ExchangeRate.Saturate((UInt128)DeliveredForSure + InFlightDelivery);
            return limit > taken ? limit - taken : 0;
        }
    }

    /// <summary>What may still be sent so that it arrives; null if neither side has set a limit.</summary>
    internal ulong? SendRoom
    {
        get
        {
            if (DeliveryLimit is not { } limit)
                return PeerRoom;
            var taken = ExchangeRate.Saturate((UInt128)DeliveredForSure + InFlightDelivery);
            return Math.Min(limit > taken ? limit - taken : 0, PeerRoom ?? ulong.MaxValue);
        }
    }

    /// <summary>
    /// What the peer has, as the answers that arrived and the totals that it tells say together.
    /// </summary>
    internal ulong DeliveredForSure => Math.Max(Delivered, PeerReceived);

    internal ulong LeftToSend
    {
        get
        {
            var taken = (UInt128)Sent + InFlight + (DoubtCounts ? InDoubtAmount : 0);
            return Closure is null && !Closing && SendLimit > taken ? (ulong)(SendLimit - taken) : 0;
        }
    }

    /// <summary>
    /// Whether a packet may bring so much now; what is held counts as received. Senders round up what they know to be
    /// wanted; one that has not heard of it yet sends what it would give, and can still send the right amount.
    /// </summary>
    internal bool HasRoomFor(ulong amount)
    {
        var taken = ExchangeRate.Saturate((UInt128)Received + HeldAmount);
        if (ReceiveLimit <= taken)
            return amount == 0;
        var left = ReceiveLimit - taken;
        return amount <= left || (IsLimitKnown && amount <= Connection.Options.ApplyTolerance(left));
    }

    /// <summary>The answer to what has just come tells it to the peer.</summary>
    internal void RaiseReceiveLimit(ulong limit)
    {
        if (limit > ReceiveLimit)
            (ReceiveLimit, IsLimitKnown) = (limit, false);
    }

    /// <summary>The peer has answered a packet that told it the limits.</summary>
    internal void OnLimitsHeard()
    {
        IsAnnounced = true;
        // They may have been raised since.
        IsLimitKnown |= !LimitsToTell;
    }

    internal void BeginSend(ulong amount, ulong delivery)
    {
        InFlight += amount;
        InFlightDelivery = ExchangeRate.Saturate((UInt128)InFlightDelivery + delivery);
    }

    internal void EndSend(ulong amount, ulong delivery, ulong? delivered)
    {
        InFlight -= amount;
        InFlightDelivery -= Math.Min(delivery, InFlightDelivery);
        if (delivered is { } arrived)
        {
            Sent += amount;
            Delivered = ExchangeRate.Saturate((UInt128)Delivered + arrived);
        }

        Changed.Raise();
    }

    internal void Doubt(ulong amount) => InDoubtAmount = ExchangeRate.Saturate((UInt128)InDoubtAmount + amount);

    internal void LearnPeerLimit(ulong receiveMax, ulong totalReceived)
    {
        if (totalReceived > PeerReceived)
        {
            PeerReceived = totalReceived;
            Changed.Raise();
        }

        if (PeerReceiveLimit is { } known && known >= receiveMax)
            return;
        // The first limit answers the news of the stream: a peer that takes nothing yet, or no more than is on its way,
        // knows already who waits.
        BlockedTold = PeerReceiveLimit is null && receiveMax <= InFlightDelivery;
        PeerReceiveLimit = receiveMax;
    }

    /// <summary>Lets what is on its way arrive, and sends no more.</summary>
    internal void StopSending() => SendLimit = ExchangeRate.Saturate((UInt128)Sent + InFlight);

    internal void End(StreamClosure closure)
    {
        if (Closure is not null)
            return;
        Closure = closure;
        SendLimit = Sent + InFlight;
        _completion?.TrySetResult(closure);
        Changed.Raise();
    }
}
