using System.Globalization;
using System.Numerics;

namespace Interledger.Connector.Settlement;

/// <summary>An amount and what its unit is (RFC 0038, section "Quantity object").</summary>
/// <param name="Amount">How many units; never negative.</param>
/// <param name="Scale">How many decimal places a unit stands behind the asset's unit.</param>
public readonly record struct SettlementQuantity(BigInteger Amount, byte Scale)
{
    // 2^256 has 78 digits, and no ledger counts further.
    private const int MostDigits = 78;

    /// <summary>Reads an amount as the interface writes it: decimal digits and nothing else.</summary>
    public static bool TryRead(ReadOnlySpan<char> amount, byte scale, out SettlementQuantity quantity)
    {
        quantity = default;
        if (amount.Length is 0 or > MostDigits || amount.ContainsAnyExceptInRange('0', '9'))
            return false;
        quantity = new SettlementQuantity(BigInteger.Parse(amount, NumberStyles.None, CultureInfo.InvariantCulture), scale);
        return true;
    }

    /// <summary>
    /// The whole units of another scale that are in both amounts together, and what is left over, exactly.
    /// </summary>
    public (BigInteger Units, SettlementQuantity Leftover) Convert(SettlementQuantity earlierLeftover, byte scale)
    {
        var finest = Math.Max(Math.Max(Scale, earlierLeftover.Scale), scale);
        var total = At(finest) + earlierLeftover.At(finest);
        var units = BigInteger.DivRem(total, BigInteger.Pow(10, finest - scale), out var rest);
        return (units, rest.IsZero ? default : new SettlementQuantity(rest, finest));
    }

    private BigInteger At(byte finerScale) => Amount * BigInteger.Pow(10, finerScale - Scale);
}
