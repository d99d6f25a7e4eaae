namespace Interledger.Btp;

/// <summary>What a BTP server allows those who connect to it.</summary>
public sealed record BtpServerOptions
{
    /// <summary>What each connection allows its peer.</summary>
    public BtpOptions Connection { get; init; } = new();

    /// <summary>
    /// How many sockets may be open that have not said who they are; when one more comes, the oldest is closed.
    /// </summary>
    public int MaxUnauthenticated { get; init; } = 100;

    /// <summary>How long a socket may take to say who it is.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest first message, in bytes.</summary>
    public int MaxAuthenticationSize { get; init; } = 4096;
}
