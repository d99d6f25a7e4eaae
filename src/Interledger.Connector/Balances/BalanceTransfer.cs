namespace Interledger.Connector.Balances;

/// <summary>What one packet moves if it is fulfilled, and how far it may move it.</summary>
/// <param name="From">The account that pays.</param>
/// <param name="AmountIn">What it pays, in its minor units.</param>
/// <param name="FromMinimum">How far its balance may fall; null for without limit.</param>
/// <param name="To">The account that is paid.</param>
/// <param name="AmountOut">What it is paid, in its minor units.</param>
/// <param name="ToMaximum">How far its balance may rise; null for without limit.</param>
public readonly record struct BalanceTransfer(
    string From, ulong AmountIn, Int128? FromMinimum, string To, ulong AmountOut, Int128? ToMaximum)
{
    /// <summary>
    /// Whether its commit has to survive a power loss before it completes, and not only the end of the process.
    /// </summary>
    public bool WaitsForDisk { get; init; }
}

/// <summary>Whether a transfer may go ahead.</summary>
public enum ReservationResult
{
    /// <summary>It may, and both sides have room for it until it is committed or released.</summary>
    Reserved,

    /// <summary>The account that pays has too little.</summary>
    BelowMinimum,

    /// <summary>The account that is paid would have too much.</summary>
    AboveMaximum,

    /// <summary>The store cannot record anything at the moment, so nothing may move.</summary>
    Unavailable,
}
