namespace Interledger.Stream;

/// <summary>How much arrives of what is sent, as an exact fraction.</summary>
/// <param name="Delivered">In the receiver's units.</param>
/// <param name="Sent">In the sender's units; not zero.</param>
public readonly record struct ExchangeRate(ulong Delivered, ulong Sent)
{
    /// <summary>What arrives of an amount, rounded down.</summary>
    public ulong DestinationFor(ulong sourceAmount) =>
        Saturate((UInt128)sourceAmount * Delivered / Sent);

    /// <summary>What must be sent for an amount to arrive, rounded up.</summary>
    public ulong SourceFor(ulong destinationAmount) =>
        Delivered == 0 ? ulong.MaxValue : Saturate(DivideUp((UInt128)destinationAmount * Sent, Delivered));

    /// <summary>Whether less arrives than at the other rate.</summary>
    public bool IsLessThan(ExchangeRate other) =>
        (UInt128)Delivered * other.Sent < (UInt128)other.Delivered * Sent;

    /// <inheritdoc/>
    public override string ToString() => $"{Delivered}/{Sent}";

    internal static ulong Saturate(UInt128 value) => value > ulong.MaxValue ? ulong.MaxValue : (ulong)value;

    internal static UInt128 DivideUp(UInt128 dividend, UInt128 divisor)
    {
        var (quotient, remainder) = UInt128.DivRem(dividend, divisor);
        return remainder == 0 ? quotient : quotient + 1;
    }
}
