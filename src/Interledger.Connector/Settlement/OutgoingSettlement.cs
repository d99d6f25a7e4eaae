namespace Interledger.Connector.Settlement;

/// <summary>What a settlement engine is to pay an account. The balance was lowered by it before.</summary>
/// <param name="Key">Names it for ever, however often the engine is asked (RFC 0038, section "Idempotence").</param>
/// <param name="Account">Whom to pay.</param>
/// <param name="Quantity">How much.</param>
public sealed record OutgoingSettlement(string Key, string Account, SettlementQuantity Quantity);
