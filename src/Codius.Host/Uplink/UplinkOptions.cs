namespace Codius.Host.Uplink;

/// <summary>How the host takes part in Interledger.</summary>
public sealed class UplinkOptions
{
    /// <summary>What leaves room in an address for the host's name, connection tags and tokens behind it.</summary>
    public const int LongestPlayMoneyAddress = 500;

    /// <summary>
    /// The provider, <c>btp+ws://:secret@host:port</c>; in development mode none is needed. Without a secret one is
    /// drawn at each start, which providers such as moneyd take for a new account.
    /// </summary>
    public string? BtpUrl { get; set; }

    /// <summary>Where the play-money connector listens when there is no provider; 0 takes any free port.</summary>
    public int PlayMoneyPort { get; set; } = 7768;

    /// <inheritdoc cref="PlayMoneyPort"/>
    public string PlayMoneyBindIp { get; set; } = "127.0.0.1";

    /// <summary>The ILP address of the play-money connector.</summary>
    public string PlayMoneyAddress { get; set; } = "test.codius";
}
