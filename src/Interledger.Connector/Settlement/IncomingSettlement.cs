namespace Interledger.Connector.Settlement;

/// <summary>What a settlement engine says it has received from an account.</summary>
/// <param name="Key">Names it, however often the engine says so.</param>
/// <param name="Account">Who paid.</param>
/// <param name="Quantity">How much, in the engine's unit.</param>
/// <param name="AssetScale">The scale of the account, in which its balance is kept.</param>
public readonly record struct IncomingSettlement(
    string Key, string Account, SettlementQuantity Quantity, byte AssetScale);

/// <summary>What became of an incoming settlement.</summary>
public enum SettlementCredit
{
    /// <summary>It was credited, now or when it was first told.</summary>
    Credited,

    /// <summary>Its key was used for another quantity.</summary>
    KeyReused,

    /// <summary>No balance can be that high.</summary>
    TooLarge,
}
