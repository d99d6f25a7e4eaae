namespace Interledger.Connector.Routes.Ccp;

/// <summary>How routes are told to neighbours, and how much is learnt from them.</summary>
public sealed record RouteBroadcastOptions
{
    /// <summary>How often a neighbour is told that all is as before.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what we told is good for; more than <see cref="Interval"/>.</summary>
    public TimeSpan HoldDown { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The longest that the routes of a neighbour are kept without a word from it, whatever it says.</summary>
    public TimeSpan MaxHoldDown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How soon changes are told, and how soon a new connection is noticed.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait before a neighbour that refused is asked or told again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many routes one account may have; more are not learnt.</summary>
    public int MaxRoutesPerAccount { get; init; } = 10_000;

    /// <summary>How many octets the routes of one account may take with their paths.</summary>
    public int MaxOctetsPerAccount { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many connectors a path may have.</summary>
    public int MaxPathLength { get; init; } = 32;
}
