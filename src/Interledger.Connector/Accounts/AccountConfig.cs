using Interledger.Addresses;
using Interledger.Connector.Settlement;

namespace Interledger.Connector.Accounts;

/// <summary>What a neighbour is to the connector (RFC 0032, section "Relationships").</summary>
public enum AccountRelation
{
    /// <summary>Where packets go that nobody else takes.</summary>
    Parent,

    /// <summary>An equal; the routes that are set lead there, and those that it tells.</summary>
    Peer,

    /// <summary>Gets its address and asset from the connector.</summary>
    Child,
}

/// <summary>
/// An account as declared: who the neighbour is and what it may do. It does not change while it runs.
/// </summary>
public sealed record AccountConfig
{
    /// <summary>Names the account; in a child's address, so it is one segment of one.</summary>
    public required string Id { get; init; }

    /// <summary>What the neighbour is.</summary>
    public required AccountRelation Relation { get; init; }

    /// <summary>What its amounts are counted in.</summary>
    public required AssetDetails Asset { get; init; }

    /// <summary>
    /// Of a child, the address it is given; if absent, the connector's with the account's name behind it.
    /// </summary>
    public IlpAddress? Address { get; init; }

    /// <summary>
    /// The largest amount of a packet from this account, in its minor units; larger ones are answered F08.
    /// </summary>
    public ulong MaxPacketAmount { get; init; } = ulong.MaxValue;

    /// <summary>How far its balance may fall by what it sends; null for without limit, which is play money.</summary>
    public Int128? MinimumBalance { get; init; } = Int128.Zero;

    /// <summary>How far its balance may rise by what is sent to it; null for without limit.</summary>
    public Int128? MaximumBalance { get; init; }

    /// <summary>
    /// Whether fulfilments of packets from and to this account wait until the disk has recorded them, so that a power
    /// loss forgets none. Each then takes as long as the disk does, some milliseconds; all that wait at one time share
    /// that. Without it the store's interval is what may be forgotten.
    /// </summary>
    public bool WaitsForDisk { get; init; }

    /// <summary>How many packets a second it may send in the long run; more are answered T05.</summary>
    public double PacketsPerSecond { get; init; } = 1000;

    /// <summary>How many packets it may send at once after a silence.</summary>
    public int PacketBurst { get; init; } = 10_000;

    /// <summary>How many of its packets may be under way; more are answered T03.</summary>
    public int MaxOutstanding { get; init; } = 1000;

    /// <summary>
    /// Whether it is told our routes, if the connector tells any; by default all are but children.
    /// </summary>
    public bool? SendRoutes { get; init; }

    /// <summary>Whether routes are learnt from it; by default from all but children.</summary>
    public bool? ReceiveRoutes { get; init; }

    /// <summary>
    /// The only prefixes under which it may tell routes; null for all that nobody else has by right (a child has those
    /// under its address).
    /// </summary>
    public IReadOnlyList<string>? AllowedPrefixes { get; init; }

    /// <summary>How it is settled, if the connector settles; null for not at all.</summary>
    public SettlementConfig? Settlement { get; init; }
}
