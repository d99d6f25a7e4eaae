namespace Interledger.Connector.Balances.Journal;

/// <summary>Where balances are kept, and how carefully.</summary>
public sealed record JournalBalanceStoreOptions
{
    /// <summary>A directory for this store alone; it is made if it is not there.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// How often the disk is made to keep what was written: a power loss costs what was fulfilled in this time, and in
    /// the time that the disk then takes. The end of the process alone costs nothing, whatever this is.
    /// </summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many octets a journal may have before it is summed up in a new one.</summary>
    public long CompactAfter { get; init; } = 64 * 1024 * 1024;
}
