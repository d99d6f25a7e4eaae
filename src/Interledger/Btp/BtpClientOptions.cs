namespace Interledger.Btp;

/// <summary>How a BTP client connects and connects again.</summary>
public sealed record BtpClientOptions
{
    /// <summary>What the connection allows the server.</summary>
    public BtpOptions Connection { get; init; } = new();

    /// <summary>How long connecting and authenticating may take together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause before the first attempt to connect again; it doubles with every failure.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause. Each pause is shortened by up to a half, at random.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection must have lasted for the pauses to begin anew.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);
}
