namespace Interledger.Btp;

/// <summary>Why a BTP connection ended or did not come about.</summary>
public enum BtpDisconnectReason
{
    /// <summary>This side closed it.</summary>
    ClosedHere,

    /// <summary>The peer closed it.</summary>
    ClosedByPeer,

    /// <summary>The network failed, or the peer did not answer keep-alive pings.</summary>
    ConnectionLost,

    /// <summary>No connection came about: name, address, port, TLS.</summary>
    Unreachable,

    /// <summary>Something answers there that is no WebSocket server.</summary>
    NotAWebSocket,

    /// <summary>The peer did not say in time who it is, or whether it accepts who we are.</summary>
    AuthenticationTimedOut,

    /// <summary>User or token were not accepted.</summary>
    AuthenticationRefused,

    /// <summary>The peer sent something that is not BTP.</summary>
    NotBtp,

    /// <summary>The peer sent a frame larger than allowed.</summary>
    FrameTooLarge,

    /// <summary>The peer sends but does not read what it is sent.</summary>
    PeerDoesNotRead,

    /// <summary>A newer connection of the same account took its place.</summary>
    Replaced,

    /// <summary>There were too many connections that had not said who they are, and this was the oldest.</summary>
    TooManyConnections,
}

/// <summary>The end of a BTP connection.</summary>
/// <param name="Reason">What happened.</param>
/// <param name="Detail">More, for a person; may contain words of the peer, never a secret of ours.</param>
public sealed record BtpDisconnect(BtpDisconnectReason Reason, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? Reason.ToString() : $"{Reason}: {Detail}";
}
