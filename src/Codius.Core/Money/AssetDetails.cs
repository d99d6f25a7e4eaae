namespace Codius.Core.Money;

/// <summary>What money is counted in: a code such as XRP, and how many decimal places its smallest unit has.</summary>
public readonly record struct AssetDetails(string Code, byte Scale);
