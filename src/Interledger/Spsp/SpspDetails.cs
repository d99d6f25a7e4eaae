namespace Interledger.Spsp;

/// <summary>
/// What an invoice or a pull agreement still asks for (RFC 0009, "Response Body"), in minor units of its asset:
/// negative for what is to be paid, positive for what may be pulled.
/// </summary>
/// <param name="Maximum">The whole.</param>
/// <param name="Current">What is left of it.</param>
public readonly record struct SpspBalance(Int128 Maximum, Int128 Current);

/// <summary>What a receiver may tell of itself besides where to pay. None of it is proven.</summary>
public sealed record SpspDetails
{
    /// <summary>An invoice's or agreement's balance.</summary>
    public SpspBalance? Balance { get; init; }

    /// <summary>What the balance is denominated in.</summary>
    public AssetDetails? Asset { get; init; }

    /// <summary>What the receiver calls himself.</summary>
    public string? ReceiverName { get; init; }
}
