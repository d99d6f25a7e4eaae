using System.Net;

namespace Interledger.Connector.Listeners;

/// <summary>Where a listener for ILP over HTTP listens, and to whom.</summary>
public sealed record IlpHttpListenerOptions
{
    /// <summary>
    /// The address to listen on. There is no encryption, and tokens are secrets: anything but a loopback address needs
    /// a proxy with TLS in front of it, or a network that is trusted.
    /// </summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 takes any free one.</summary>
    public int Port { get; init; } = 7769;

    /// <summary>How many connections may be open. A packet that is held keeps its connection.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How requests are taken.</summary>
    public IlpHttpEndpointOptions Endpoint { get; init; } = new();
}

/// <summary>How requests for ILP over HTTP are taken.</summary>
public sealed record IlpHttpEndpointOptions
{
    /// <summary>
    /// How many packets of all accounts together may be under way; requests beyond it are answered 503. What a single
    /// account may have is a limit of its link, <see cref="Http.HttpLinkOptions.MaxUnanswered"/>.
    /// </summary>
    public int MaxRequests { get; init; } = 5000;

    /// <summary>How long the body of a request may take to arrive.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
