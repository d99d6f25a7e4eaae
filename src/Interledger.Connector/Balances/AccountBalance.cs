using Interledger.Connector.Settlement;

namespace Interledger.Connector.Balances;

/// <summary>
/// What the connector owes one account, and what is reserved of it. 128 bits are enough: amounts have 64, and there are
/// not 2^63 of them.
/// </summary>
internal sealed class AccountBalance(string name, int index)
{
    public string Name { get; } = name;

    /// <summary>Its number in the journal.</summary>
    public int Index { get; } = index;

    /// <summary>Whether the journal in use says which account has this number.</summary>
    public bool IsNamed { get; set; }

    public Int128 Settled { get; set; }

    /// <summary>Reserved for packets that it sent.</summary>
    public Int128 Outgoing { get; set; }

    /// <summary>Reserved for packets that were sent to it.</summary>
    public Int128 Incoming { get; set; }

    /// <summary>What was received for it and is too fine for its scale.</summary>
    public SettlementQuantity Leftover { get; set; }
}
