namespace Interledger;

/// <summary>What an account is denominated in.</summary>
/// <param name="Code">The asset's code, such as XRP.</param>
/// <param name="Scale">How many decimal places a minor unit stands behind the asset's unit.</param>
public readonly record struct AssetDetails(string Code, byte Scale)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code} (scale {Scale})";
}
