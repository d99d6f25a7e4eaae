namespace Codius.Host.Errors;

/// <summary>
/// What became of the money of a request that was refused, in minor units: kept as earned, sent back, or held as a
/// credit that the payer can spend.
/// </summary>
public sealed record MoneyNote(Int128 Kept, Int128 Returned, Int128 Credited)
{
    public static MoneyNote NothingMoved { get; } = new(0, 0, 0);

    public Int128 Moved => Kept + Returned + Credited;
}
