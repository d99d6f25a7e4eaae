using Interledger.Addresses;

namespace Interledger.Stream;

/// <summary>What a client needs to know of itself.</summary>
public sealed record StreamClientOptions
{
    /// <summary>Its own address; packets to it and below it must reach the link.</summary>
    public required IlpAddress Address { get; init; }

    /// <summary>What it counts in.</summary>
    public required AssetDetails Asset { get; init; }

    /// <summary>The limits of each connection.</summary>
    public StreamOptions Connection { get; init; } = new() { IdleTimeout = TimeSpan.FromSeconds(60) };
}
