using Interledger.Addresses;

namespace Interledger.Stream;

/// <summary>What a receiver needs to know.</summary>
public sealed record StreamServerOptions
{
    /// <summary>The address under which its connections lie; packets to it must reach the link.</summary>
    public required IlpAddress Address { get; init; }

    /// <summary>What it counts in.</summary>
    public required AssetDetails Asset { get; init; }

    /// <summary>
    /// 32 bytes from which the secrets of all connections follow. Kept over a restart, addresses given away before it
    /// stay good.
    /// </summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>How many connections are remembered at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// When there is no room for another connection, those may be forgotten that are over, and those that never got
    /// money, are not protected, and were silent for this long.
    /// </summary>
    public TimeSpan EvictAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The limits of each connection.</summary>
    public StreamOptions Connection { get; init; } = new();
}
