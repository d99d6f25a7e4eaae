namespace Interledger.Stream;

/// <summary>What an endpoint counts in.</summary>
/// <param name="Code">Such as XRP.</param>
/// <param name="Scale">Ten to this power minor units are one of it.</param>
public readonly record struct StreamAsset(string Code, byte Scale)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}/{Scale}";
}
