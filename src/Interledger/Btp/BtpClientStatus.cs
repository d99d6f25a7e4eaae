namespace Interledger.Btp;

/// <summary>What a BTP client is doing.</summary>
public enum BtpClientState
{
    /// <summary>It was not started.</summary>
    Idle,

    /// <summary>It connects or authenticates.</summary>
    Connecting,

    /// <summary>Packets can be sent.</summary>
    Connected,

    /// <summary>It waits before it tries again.</summary>
    Waiting,

    /// <summary>It was disposed.</summary>
    Stopped,
}

/// <summary>A client's state and how it came to it.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="LastEnd">Why the last connection or attempt ended; null before there was one.</param>
/// <param name="Failures">How many attempts failed in a row.</param>
/// <param name="Pause">While it waits: how long.</param>
public sealed record BtpClientStatus(
    BtpClientState State, BtpDisconnect? LastEnd = null, int Failures = 0, TimeSpan Pause = default);
