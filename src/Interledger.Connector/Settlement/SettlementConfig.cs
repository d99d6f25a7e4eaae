namespace Interledger.Connector.Settlement;

/// <summary>How an account is settled.</summary>
public sealed record SettlementConfig
{
    /// <summary>The base address of the settlement engine's interface (RFC 0038).</summary>
    public required Uri Engine { get; init; }

    /// <summary>
    /// When the account's balance, which is what it is owed, has come to this, it is paid; null for never.
    /// </summary>
    public Int128? Threshold { get; init; }

    /// <summary>What is left of the balance then; not above <see cref="Threshold"/>, negative to pay in advance.</summary>
    public Int128 SettleTo { get; init; }
}
