using System.Numerics;

namespace Interledger.Connector.Rates;

/// <summary>
/// How many minor units of one asset go out for how many of another that came in: a ratio of integers, because nothing
/// else is exact.
/// </summary>
public readonly record struct ExactRate
{
    /// <summary>Makes a rate of <paramref name="numerator"/> / <paramref name="denominator"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is zero or negative.</exception>
    public ExactRate(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        (Numerator, Denominator) = (numerator / common, denominator / common);
        if (Numerator <= ulong.MaxValue && Denominator <= ulong.MaxValue)
            (_numerator, _denominator) = ((ulong)Numerator, (ulong)Denominator);
    }

    // The same if both fit 64 bits, which is the common case and the fast one; else zero.
    private readonly ulong _numerator;
    private readonly ulong _denominator;

    /// <summary>One for one.</summary>
    public static ExactRate One { get; } = new(1, 1);

    /// <summary>Units that go out; without factors that it has in common with the denominator.</summary>
    public BigInteger Numerator { get; }

    /// <summary>Units that come in.</summary>
    public BigInteger Denominator { get; }

    /// <summary>The rate that a decimal number is, exactly.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or negative.</exception>
    public static ExactRate Of(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        var scale = (bits[3] >> 16) & 0xff;
        return new ExactRate(decimal.IsNegative(value) ? -mantissa : mantissa, BigInteger.Pow(10, scale));
    }

    /// <summary>Ten to a power, which may be negative.</summary>
    public static ExactRate PowerOfTen(int exponent) => exponent >= 0
        ? new ExactRate(BigInteger.Pow(10, exponent), 1)
        : new ExactRate(1, BigInteger.Pow(10, -exponent));

    /// <summary>One rate after the other.</summary>
    public ExactRate Times(ExactRate other) => new(Numerator * other.Numerator, Denominator * other.Denominator);

    /// <summary>The way back.</summary>
    public ExactRate Inverse() => new(Denominator, Numerator);

    /// <summary>Converts an amount, rounding down; false if the result does not fit a packet.</summary>
    public bool TryConvert(ulong amount, out ulong converted)
    {
        if (_denominator == 0)
            return TryConvertLarge(amount, out converted);
        var exact = (UInt128)amount * _numerator / _denominator;
        converted = exact > ulong.MaxValue ? 0 : (ulong)exact;
        return exact <= ulong.MaxValue;
    }

    private bool TryConvertLarge(ulong amount, out ulong converted)
    {
        var exact = amount * Numerator / Denominator;
        converted = exact > ulong.MaxValue ? 0 : (ulong)exact;
        return exact <= ulong.MaxValue;
    }
}
