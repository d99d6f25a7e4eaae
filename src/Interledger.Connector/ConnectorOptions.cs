using Interledger.Addresses;
using Interledger.Connector.Routes.Ccp;

namespace Interledger.Connector;

/// <summary>What a connector needs to know of itself.</summary>
public sealed record ConnectorOptions
{
    /// <summary>
    /// Its own address; those of its children begin with it. Empty for one that its parent is still to tell
    /// (<see cref="IlpConnector.AddParentAsync"/>).
    /// </summary>
    public required IlpAddress Address { get; init; }

    /// <summary>What it takes to pass an answer on: each hop has that much less time.</summary>
    public TimeSpan MinMessageWindow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that money stays reserved for a packet.</summary>
    public TimeSpan MaxHoldTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How routes are told and learnt; null for not at all, only those that are set.</summary>
    public RouteBroadcastOptions? RouteBroadcast { get; init; }
}
