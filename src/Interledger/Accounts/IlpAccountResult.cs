namespace Interledger.Accounts;

/// <summary>What came of connecting to a provider: an account, or why there is none. No money has moved.</summary>
/// <param name="Account">The account; it must be disposed.</param>
/// <param name="Problem">Why there is none, for a person; never with the secret in it.</param>
public readonly record struct IlpAccountResult(IlpAccount? Account, string? Problem);
