using System.Net;

namespace Interledger.Connector.Listeners;

/// <summary>Where a BTP listener listens, and to whom.</summary>
public sealed record BtpListenerOptions
{
    /// <summary>
    /// The address to listen on; anything but a loopback address is open to the world, without encryption.
    /// </summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 takes any free one.</summary>
    public int Port { get; init; } = 7768;

    /// <summary>How many connections may be open.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// How many of them may come from one address; more are cut off at once. Null for as many as there may be.
    /// </summary>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <summary>
    /// Whether <see cref="Address"/> may be one that the machine does not have yet, as with Linux's IP_FREEBIND: that
    /// of an interface which comes and goes.
    /// </summary>
    public bool BindsAhead { get; init; }

    /// <summary>What its WebSockets are like.</summary>
    public BtpEndpointOptions Endpoint { get; init; } = new();
}

/// <summary>How WebSockets for BTP are accepted.</summary>
public sealed record BtpEndpointOptions
{
    /// <summary>
    /// Web pages that may connect, as their browsers name them in the Origin header. All others are refused, so that a
    /// page cannot spend money from an account on the reader's own machine.
    /// </summary>
    public IReadOnlySet<string> AllowedOrigins { get; init; } = new HashSet<string>();

    /// <summary>How often an idle client is pinged.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a ping may stay unanswered before the connection counts as lost.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
