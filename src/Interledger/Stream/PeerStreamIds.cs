namespace Interledger.Stream;

internal enum PeerStreamOpening
{
    Opened,
    OpenedBefore,
    TooHigh,
    WrongSide,
}

/// <summary>
/// Which streams the peer has opened and may open (RFC 0029, section 5.3.5). As one is closed, one more may be opened;
/// the memory this takes is bounded by the number of those that may be open.
/// </summary>
internal sealed class PeerStreamIds(bool peerIsServer, int maxOpen)
{
    // Most peers leave no gaps.
    private HashSet<ulong>? _openedAboveFloor;
    private ulong _floor = peerIsServer ? 2UL : 1UL;

    /// <summary>The highest number that may be opened.</summary>
    public ulong Max { get; private set; } = 2 * (ulong)maxOpen;

    public bool IsOfPeer(ulong id) => id % 2 == (peerIsServer ? 0UL : 1UL);

    public PeerStreamOpening Open(ulong id)
    {
        if (id == 0 || !IsOfPeer(id))
            return PeerStreamOpening.WrongSide;
        if (id < _floor || _openedAboveFloor?.Contains(id) == true)
            return PeerStreamOpening.OpenedBefore;
        // A peer that leaves gaps for ever could make the set grow for ever.
        if (id > Max || _openedAboveFloor?.Count >= 4 * maxOpen)
            return PeerStreamOpening.TooHigh;
        if (id == _floor)
            RaiseFloor();
        else
            (_openedAboveFloor ??= []).Add(id);
        return PeerStreamOpening.Opened;
    }

    private void RaiseFloor()
    {
        do
            _floor += 2;
        while (_openedAboveFloor?.Remove(_floor) == true);
    }

    public void Close() => Max += 2;
}
